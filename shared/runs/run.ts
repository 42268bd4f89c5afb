import { z } from 'zod';
import { instantSchema, metricsSchema, modelIdSchema, runIdSchema, traceparentSchema } from '../common.js';
import { memoryFloorSchema } from '../compute/fit.js';
import { presetRefSchema } from '../spec/presets.js';
import { gateSchema } from '../spec/evaluation.js';
import { storedSpecSchema } from '../spec/trainingSpec.js';
import { runStatusSchema, stageNameSchema } from './status.js';

/** Why a run or an attempt failed. `remedy` says what to change. Never holds a secret or a row of data. */
export const runErrorSchema = z.strictObject({
  code: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  message: z.string().max(4000),
  stage: stageNameSchema.nullable().default(null),
  remedy: z.string().max(2000).nullable().default(null),
});
export type RunError = z.infer<typeof runErrorSchema>;

/** Within the current stage: `fraction` 0 to 1; steps and throughput while it trains. */
export const progressSchema = z.strictObject({
  fraction: z.number().min(0).max(1),
  step: z.int().min(0).nullable().default(null),
  totalSteps: z.int().min(0).nullable().default(null),
  examplesPerSecond: z.number().min(0).nullable().default(null),
  /** Of the epoch so far, the mean over its rows. */
  loss: z.number().optional(),
});
export type Progress = z.infer<typeof progressSchema>;

/** The code of an error that a machine with more memory may not have. */
export const OUT_OF_MEMORY = 'out-of-memory';

/**
 * Sampled by the trainer: resident memory in MB, processor use in percent of one core, and of all its GPUs together the mean
 * use in percent and the memory in MB; null where there is no GPU.
 */
export const resourcesSchema = z.strictObject({
  rssMb: z.number().min(0),
  cpuPercent: z.number().min(0),
  gpuPercent: z.number().min(0).max(100).nullable().default(null),
  gpuMemoryMb: z.number().min(0).nullable().default(null),
});

/** The URIs of what a completed run leaves behind, by artifact name (`query_model`, `vocabularies`, …). */
export const artifactsSchema = z.record(z.string().regex(/^[a-z][a-z0-9_]{0,62}$/), z.string().max(2048));

export const runResultSchema = z.strictObject({
  /** Metrics of the kept weights: those of the best epoch, and those of the test split. */
  metrics: metricsSchema,
  /** The same `test_…` metrics for each baseline. */
  baselines: z.record(z.string(), metricsSchema),
  artifacts: artifactsSchema,
  epochsTrained: z.int().min(0),
  bestEpoch: z.int().min(0),
  /** The epoch after which early stopping ended the training, or null. */
  earlyStoppedAtEpoch: z.int().min(1).nullable(),
  backend: z.enum(['tensorflow', 'wasm', 'cpu']),
  examplesPerSecond: z.number().min(0),
});
export type RunResult = z.infer<typeof runResultSchema>;

export const jobSchema = z.strictObject({
  tier: z.string(),
  /** The launcher's own name for the job: what it is inspected and cancelled by. */
  name: z.string(),
  launchedAt: instantSchema,
  /** The price of the tier when the job was launched; null where the tier has none. */
  usdPerHour: z.number().min(0).nullable().default(null),
});

/** What the jobs of a run have cost so far: time since each launch at its tier's price. The platform's bill has the last word. */
export const costSchema = z.strictObject({
  usd: z.number().min(0),
  countedUntil: instantSchema,
  /** The same by months of UTC (`2026-11`), which budgets go by. */
  byMonth: z.record(z.string().regex(/^\d{4}-\d{2}$/), z.number().min(0)).default({}),
});
export type Cost = z.infer<typeof costSchema>;

export const gateResultSchema = z.strictObject({
  ...gateSchema.shape,
  /** The metric of the result; null when it has none of that name. */
  value: z.number().nullable(),
  passed: z.boolean(),
});
export type GateResult = z.infer<typeof gateResultSchema>;

export const checkpointSchema = z.strictObject({
  uri: z.string().max(2048),
  epoch: z.int().min(0),
  at: instantSchema,
});

/** In a list of teams: whoever is signed in. */
export const EVERY_TEAM = '*';
/** Teams whose members may see something. */
export const teamsSchema = z
  .array(z.union([z.literal(EVERY_TEAM), z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/)]))
  .min(1)
  .max(30);

/** A dispatcher's claim: until `expiresAt` nobody else launches this run. */
export const leaseSchema = z.strictObject({ holder: z.string(), expiresAt: instantSchema });

export const logLineSchema = z.strictObject({
  at: instantSchema,
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string().max(8000),
  stage: stageNameSchema.nullable().default(null),
  /** Whatever else is worth knowing, by name. */
  fields: z.record(z.string(), z.unknown()).default({}),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** `runs/{runId}`: the listener's document. Only `transition` writes `status`, `attempt` and what follows from them. */
export const runSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: runIdSchema,
  modelId: modelIdSchema,
  runNumber: z.int().min(1),
  status: runStatusSchema,
  /** Counts launches: 1 from the start, one more each time the run goes back to pending. */
  attempt: z.int().min(1),
  /** Attempts spent on losses, preemptions and retriable failures; at most `spec.compute.maxRetries`. */
  retriesUsed: z.int().min(0),
  /** The highest callback number applied of this attempt. */
  seq: z.int().min(0),
  /** Resolved: presets are replaced by their content. */
  spec: storedSpecSchema,
  /** The preset versions that the specification was made of. */
  presets: z.array(presetRefSchema).default([]),
  specDigest: z.string(),
  /** `key=value` of each tag of the specification, so that a query can ask for one. */
  tagPairs: z.array(z.string()).default([]),
  requestedBy: z.string(),
  /** The teams of the run's model: the security rules read them here. */
  teams: teamsSchema.default([EVERY_TEAM]),
  /** The run that this one goes on from, and the folder of its checkpoints. */
  retryOf: z
    .strictObject({ runId: runIdSchema, checkpointUri: z.string().max(2048) })
    .nullable()
    .default(null),
  /** The trace that its request belongs to. */
  traceparent: traceparentSchema.nullable().default(null),
  currentStage: stageNameSchema.nullable(),
  /** The newest finished epoch of this attempt, 1-based; 0 before the first. */
  currentEpoch: z.int().min(0),
  totalEpochs: z.int().min(1),
  progress: progressSchema.nullable(),
  resources: resourcesSchema.nullable(),
  /** The most memory that any heartbeat told of, in MB. */
  peakMemory: z
    .strictObject({ rssMb: z.number(), gpuMemoryMb: z.number().nullable() })
    .nullable()
    .default(null),
  /** The mean use of its GPUs, in percent, over the heartbeats of the training; null where there is none. */
  gpuUse: z
    .strictObject({ meanPercent: z.number().min(0).max(100), samples: z.int().min(1) })
    .nullable()
    .default(null),
  latestMetrics: metricsSchema,
  checkpoint: checkpointSchema.nullable(),
  /**
   * `prepare`: attempts do the stages up to `transform`, on the tier that `spec.compute.prepare` names · `train`: those are done,
   * and attempts go on from what is kept of them · null: one job does all stages.
   */
  phase: z.enum(['prepare', 'train']).nullable().default(null),
  /** Index of the tier that the current attempt tries or runs on; in the phase `prepare` there is but one. */
  tierIndex: z.int().min(0),
  /** The least memory that it takes, as far as that could be told before it was started; null where it could not. */
  memoryFloor: memoryFloorSchema.nullable().default(null),
  /** Tiers whose memory was too small for it. */
  outgrown: z.array(z.string()).default([]),
  job: jobSchema.nullable(),
  cost: costSchema.nullable().default(null),
  /** A pending run is not launched before this; null: at once. */
  retryAt: instantSchema.nullable(),
  lease: leaseSchema.nullable(),
  result: runResultSchema.nullable(),
  /** The gates of the specification against the result; empty until the run has completed. */
  gates: z.array(gateResultSchema).default([]),
  error: runErrorSchema.nullable(),
  cancelRequestedAt: instantSchema.nullable(),
  createdAt: instantSchema,
  startedAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
  lastCallbackAt: instantSchema.nullable(),
  /** The last callback that told of a step, an epoch, a stage or a checkpoint. */
  lastProgressAt: instantSchema.nullable().default(null),
  deadlineAt: instantSchema,
  updatedAt: instantSchema,
});
export type Run = z.infer<typeof runSchema>;

/** `runs/{runId}/epochs/{0001}`: stored once per (run, epoch); a newer attempt's row replaces an older attempt's. */
export const epochSchema = z.strictObject({
  epoch: z.int().min(1),
  attempt: z.int().min(1),
  metrics: metricsSchema,
  seconds: z.number().min(0),
  examples: z.int().min(0),
  examplesPerSecond: z.number().min(0),
  at: instantSchema,
});
export type Epoch = z.infer<typeof epochSchema>;

/** `runs/{runId}/stages/{stage}`. */
export const stageSchema = z.strictObject({
  stage: stageNameSchema,
  attempt: z.int().min(1),
  seconds: z.number().min(0),
  /** True when the stage's output was taken from an earlier run or attempt. */
  cacheHit: z.boolean(),
  counts: z.record(z.string(), z.number()),
  detail: z.string().max(1000),
  at: instantSchema,
});
export type Stage = z.infer<typeof stageSchema>;

/** `runs/{runId}/events/{eventId}`: what happened to the run, append-only; creating it is the duplicate check. */
export const runEventRecordSchema = z.strictObject({
  id: z.string(),
  at: instantSchema,
  /** A callback's kind, or the name of the lifecycle event. */
  what: z.string(),
  attempt: z.int().min(1),
  /** The callback's number; null for what did not come from the trainer. */
  seq: z.int().min(1).nullable(),
  /** The run's status after it. */
  status: runStatusSchema,
  published: z.array(z.string()),
});
export type RunEventRecord = z.infer<typeof runEventRecordSchema>;

/** `runs/{runId}/logs/{chunk}`. */
export const logChunkSchema = z.strictObject({
  attempt: z.int().min(1),
  seq: z.int().min(1),
  lines: z.array(logLineSchema),
});
