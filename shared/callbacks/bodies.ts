import { z } from 'zod';
import { instantSchema, metricsSchema } from '../common.js';
import { described } from '../described.js';
import {
  logLineSchema,
  progressSchema,
  reportFields,
  resourcesSchema,
  runDataSchema,
  runEnvironmentSchema,
  runErrorSchema,
  runResultSchema,
  toldLineageFields,
} from '../runs/run.js';
import { stageNameSchema } from '../runs/statusSchemas.js';
import { stageWarningsSchema } from '../runs/warnings.js';
import { EPOCH_METRICS, RECALL_NAME } from '../metrics/examples.js';

/** Every callback says which attempt speaks and carries its number in that attempt's order, from 1. */
const sender = {
  attempt: described(reportFields.attempt.clone(), 'The number of the attempt that speaks, from 1.', 1),
  seq: reportFields.seq,
  sentAt: described(instantSchema.clone(), 'When the callback was first sent.', '2026-11-20T19:18:25.000Z'),
};

export const stageCompleteSchema = z.strictObject({
  ...sender,
  stage: described(stageNameSchema.clone(), 'The stage that is done.'),
  seconds: reportFields.seconds,
  cacheHit: reportFields.cacheHit,
  counts: described(
    z.record(z.string().max(63), z.number()).default({}),
    'What the stage counted, by name.',
    { rows: 10_000 },
  ),
  detail: reportFields.detail.default(''),
  warnings: stageWarningsSchema,
  ...toldLineageFields,
  data: described(runDataSchema.optional(), 'The data of the run, with `ingest` alone.'),
  environment: described(
    runEnvironmentSchema.optional(),
    'What the attempt runs on, and what it is made of. With the first stage, and again where more is known.',
  ),
});

export const epochCompleteSchema = z.strictObject({
  ...sender,
  epoch: described(z.int().min(1).max(10_000), 'The number of the epoch that is done, from 1.', 3),
  metrics: described(
    metricsSchema.clone(),
    `The metrics of the epoch; \`${RECALL_NAME}\` and its like are of validation.`,
    EPOCH_METRICS,
  ),
  seconds: reportFields.seconds,
  examples: reportFields.examples,
  examplesPerSecond: reportFields.examplesPerSecond,
  byTies: reportFields.byTies,
});

/** At most about once a second, and at each stage's begin. */
export const heartbeatSchema = z.strictObject({
  ...sender,
  stage: described(stageNameSchema.clone(), 'The stage that the trainer is in.'),
  progress: progressSchema,
  resources: described(
    resourcesSchema.nullable().default(null),
    'What the trainer uses of its machine; null where it was not measured.',
  ),
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
export const logSchema = z.strictObject({
  ...sender,
  lines: described(
    z.array(sentLineSchema).min(1).max(500),
    'The lines, in their order. Fields nest at most ten deep, and no list lies directly within a list.',
  ),
});

/** Sent after a checkpoint is durable. With `final` the trainer stops after it, for the reason given. */
export const checkpointedSchema = z.strictObject({
  ...sender,
  uri: described(
    z.string().max(2048).nullable(),
    'The folder of the checkpoint; null where nothing had to be saved.',
    'gs://my-bucket/runs/k3v7q2mzx5ahc4tnwy6d/checkpoints',
  ),
  epoch: described(z.int().min(0), 'The newest epoch that it holds, from 1; 0 before the first.', 3),
  final: described(z.boolean(), 'Whether the trainer stops after it.'),
  reason: described(
    z.enum(['periodic', 'stopped', 'preempted', 'timeLimit', 'prepared']),
    'Why it was saved. `periodic`: it was time. `stopped`: the control plane said so. `preempted`: the trainer got SIGTERM. ' +
      '`timeLimit`: the deadline of this attempt is near. `prepared`: the stages up to `transform` are done and kept, which was all that the attempt was asked for.',
  ),
});

export const failedSchema = z.strictObject({
  ...sender,
  error: runErrorSchema,
  retriable: described(
    z.boolean(),
    'Whether another attempt can help. It cannot after a bad specification or bad data.',
  ),
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

/** Firestore keeps ids between double underscores to itself. */
export const callbackIdSchema = described(
  z
    .string()
    .regex(
      /^_?[A-Za-z0-9-][\w-]{0,98}$/,
      'must be 1 to 100 of A-Z, a-z, 0-9, "_" and "-", beginning with one "_" at most',
    ),
  "The callback's own id, the same whenever it is sent again.",
  'a-1-17',
);

/** The segment of the path for several callbacks at once. */
export const BATCH = 'batch';
export const MAX_BATCH = 100;

const inBatch = <K extends CallbackKind>(kind: K) =>
  z.strictObject({
    id: callbackIdSchema,
    kind: described(
      z.literal(kind),
      'The kind of the callback: the last segment of the path that it would have alone.',
    ),
    body: described(callbackSchemas[kind].clone(), 'The body that the callback would have alone.'),
  });
/** Callbacks of one attempt in their order, signed together; each is recorded as if it had come alone, or none is. */
export const callbackBatchSchema = z.strictObject({
  callbacks: described(
    z
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
    'The callbacks, in the order of their attempt.',
  ),
});
export type CallbackBatch = z.infer<typeof callbackBatchSchema>;

/** The answer to every callback: the control plane's wish. */
export const callbackAnswerSchema = z.strictObject({
  status: described(z.literal('ok'), 'The callback is recorded, now or before.'),
  command: described(
    z.enum(['continue', 'stop']),
    'What the trainer is to do: go on, or save, send a final `checkpointed` and end.',
  ),
});
export type CallbackAnswer = z.infer<typeof callbackAnswerSchema>;

/** Callbacks larger than this are refused. */
export const MAX_CALLBACK_BYTES = 1_000_000;
