import { z } from 'zod';
import { instantSchema, metricsSchema } from '../common.js';
import {
  logLineSchema,
  progressSchema,
  resourcesSchema,
  runErrorSchema,
  runResultSchema,
} from '../runs/run.js';
import { stageNameSchema } from '../runs/status.js';

/** Every callback says which attempt speaks and carries its number in that attempt's order, from 1. */
const sender = { attempt: z.int().min(1), seq: z.int().min(1), sentAt: instantSchema };

export const stageCompleteSchema = z.strictObject({
  ...sender,
  stage: stageNameSchema,
  seconds: z.number().min(0),
  cacheHit: z.boolean(),
  counts: z.record(z.string().max(63), z.number()).default({}),
  detail: z.string().max(1000).default(''),
});

export const epochCompleteSchema = z.strictObject({
  ...sender,
  /** 1-based. */
  epoch: z.int().min(1).max(10_000),
  metrics: metricsSchema,
  seconds: z.number().min(0),
  examples: z.int().min(0),
  examplesPerSecond: z.number().min(0),
});

/** At most about once a second, and at each stage's begin. */
export const heartbeatSchema = z.strictObject({
  ...sender,
  stage: stageNameSchema,
  progress: progressSchema,
  resources: resourcesSchema.nullable().default(null),
});

const MAX_NESTING = 10;

/** No store takes what is nested without end, and Firestore takes no list directly within a list. */
function isStorable(value: unknown, level = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (level > MAX_NESTING) return false;
  const inner: unknown[] = Object.values(value);
  if (Array.isArray(value) && inner.some((one) => Array.isArray(one))) return false;
  return inner.every((one) => isStorable(one, level + 1));
}

const sentLineSchema = logLineSchema.refine(({ fields }) => isStorable(fields), {
  path: ['fields'],
  message: `nest at most ${MAX_NESTING} deep, and no list directly within a list`,
});
export const logSchema = z.strictObject({ ...sender, lines: z.array(sentLineSchema).min(1).max(500) });

/** Sent after a checkpoint is durable. With `final` the trainer stops after it, for the reason given. */
export const checkpointedSchema = z.strictObject({
  ...sender,
  uri: z.string().max(2048).nullable(),
  epoch: z.int().min(0),
  final: z.boolean(),
  /**
   * `stopped`: told to by the control plane · `preempted`: SIGTERM · `timeLimit`: the deadline of this attempt is near ·
   * `prepared`: the stages up to `transform` are done and kept, which was all that the attempt was asked for.
   */
  reason: z.enum(['periodic', 'stopped', 'preempted', 'timeLimit', 'prepared']),
});

export const failedSchema = z.strictObject({
  ...sender,
  error: runErrorSchema,
  /** False for a bad specification or bad data: trying again cannot help. */
  retriable: z.boolean(),
});

export const completedSchema = z.strictObject({ ...sender, result: runResultSchema });

/** The body of each callback by the last segment of its path. */
export const callbackSchemas = {
  'stage-complete': stageCompleteSchema,
  'epoch-complete': epochCompleteSchema,
  heartbeat: heartbeatSchema,
  log: logSchema,
  checkpointed: checkpointedSchema,
  failed: failedSchema,
  completed: completedSchema,
} as const;
export type CallbackKind = keyof typeof callbackSchemas;
export type CallbackBody<K extends CallbackKind> = z.infer<(typeof callbackSchemas)[K]>;
export const callbackKindSchema = z.keyof(z.object(callbackSchemas));

/** A callback's own id: the same whenever it is sent again. Firestore keeps ids between double underscores to itself. */
export const callbackIdSchema = z
  .string()
  .regex(
    /^_?[A-Za-z0-9-][\w-]{0,98}$/,
    'must be 1 to 100 of A-Z, a-z, 0-9, "_" and "-", beginning with one "_" at most',
  );

/** The segment of the path for several callbacks at once. */
export const BATCH = 'batch';
export const MAX_BATCH = 100;

const inBatch = <K extends CallbackKind>(kind: K) =>
  z.strictObject({ id: callbackIdSchema, kind: z.literal(kind), body: callbackSchemas[kind] });
/** Callbacks of one attempt in their order, signed together; each is recorded as if it had come alone, or none is. */
export const callbackBatchSchema = z.strictObject({
  callbacks: z
    .array(
      z.discriminatedUnion('kind', [
        inBatch('stage-complete'),
        inBatch('epoch-complete'),
        inBatch('heartbeat'),
        inBatch('log'),
        inBatch('checkpointed'),
        inBatch('failed'),
        inBatch('completed'),
      ]),
    )
    .min(1)
    .max(MAX_BATCH),
});
export type CallbackBatch = z.infer<typeof callbackBatchSchema>;

/** The answer to every callback: the control plane's wish. */
export const callbackAnswerSchema = z.strictObject({
  status: z.literal('ok'),
  command: z.enum(['continue', 'stop']),
});
export type CallbackAnswer = z.infer<typeof callbackAnswerSchema>;

/** Callbacks larger than this are refused. */
export const MAX_CALLBACK_BYTES = 1_000_000;
