import { z } from 'zod';
import { instantSchema, metricsSchema, modelIdSchema, runIdSchema, traceparentSchema } from '../common.js';
import { computeConfigSchema } from '../compute/computeConfig.js';
import { memoryFloorSchema } from '../compute/fit.js';
import { described } from '../described.js';
import { quickTestRecordSchema } from '../quickTests/quickTest.js';
import { presetRefSchema } from '../spec/presets.js';

import { storedSpecSchema } from '../spec/trainingSpec.js';
import { runEnvironmentSchema } from './environment.js';
import { gateResultSchema } from './gateResult.js';
import { identityFields } from './identity.js';
import { contentDigestSchema, EXAMPLE_DIGEST, MAX_DIGESTS, runDataSchema } from './lineage.js';
import { servingVersionSchema } from './production.js';
import { progressSchema, resourcesSchema, runErrorSchema, runResultSchema } from './reported.js';
import { runStatusSchema, stageNameSchema } from './statusSchemas.js';
import { runWarningsSchema } from './warnings.js';
import { EPOCH_METRICS } from '../metrics/examples.js';

export * from './environment.js';
export * from './gateResult.js';
export * from './lineage.js';
export * from './production.js';
export * from './records.js';
export * from './reported.js';
export * from './warnings.js';

/** The code of an error that a machine with more memory may not have. */
export const OUT_OF_MEMORY = 'out-of-memory';

const INSTANT = '2026-11-20T19:18:25.000Z';
const monthSchema = z.string().regex(/^\d{4}-\d{2}$/);

const jobFields = {
  tier: described(z.string(), 'The compute tier that the job runs on.', 'gpu'),
  name: described(
    z.string(),
    "The launcher's own name for the job, by which it is inspected and cancelled.",
    'projects/my-project/locations/europe-west4/jobs/trainer/executions/trainer-x7k2p',
  ),
  launchedAt: described(instantSchema.clone(), 'When the job was launched.', INSTANT),
  usdPerHour: described(
    z.number().min(0).nullable().default(null),
    'The price of the tier when the job was launched, in US dollars per hour; null where the tier has none.',
    0.67,
  ),
};
export const jobSchema = described(
  z.strictObject(jobFields),
  'The job of the current attempt; null while there is none.',
);

/** A job that nobody wants any more, and since when. */
const unwantedJobSchema = z.strictObject({
  job: described(z.strictObject(jobFields), 'The job, as it was launched.'),
  since: described(instantSchema.clone(), 'Since when nobody wants it.', INSTANT),
});
export const stoppingSchema = described(
  z.strictObject({
    since: described(instantSchema.clone(), 'Since when the first of them is to be gone.', INSTANT),
    jobs: described(z.array(unwantedJobSchema).min(1), 'The jobs, the first to go first.'),
  }),
  'The jobs of the run that nobody wants any more and of which the platform has not said that they have ended: of an attempt that is ' +
    'over, or of a run that has ended. They are stopped until it does. null while there is none.',
);
export type Stopping = z.infer<typeof stoppingSchema>;

export const costSchema = described(
  z.strictObject({
    usd: described(z.number().min(0), 'The cost so far, in US dollars.', 0.42),
    countedUntil: described(instantSchema.clone(), 'The instant up to which the cost is counted.', INSTANT),
    byMonth: described(
      z.record(monthSchema, z.number().min(0)).default({}),
      'The same by months of UTC, which budgets go by, in US dollars.',
      { '2026-11': 0.42 },
    ),
  }),
  "What the jobs of the run have cost so far: the time since each launch at its tier's price. The platform's bill has the last word.",
);
export type Cost = z.infer<typeof costSchema>;

const checkpointUri = described(
  z.string().max(2048),
  'The folder of the checkpoint.',
  'gs://my-bucket/runs/k3v7q2mzx5ahc4tnwy6d/checkpoints',
);
export const checkpointSchema = described(
  z.strictObject({
    uri: checkpointUri,
    epoch: described(z.int().min(0), 'The newest epoch that it holds, from 1; 0 before the first.', 3),
    at: described(instantSchema.clone(), 'When it was reported.', INSTANT),
  }),
  'The newest checkpoint that is durable; null while there is none.',
);

/** In a list of teams: whoever is signed in. */
export const EVERY_TEAM = '*';
export const teamsSchema = described(
  z
    .array(z.union([z.literal(EVERY_TEAM), z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/)]))
    .min(1)
    .max(30),
  'The teams whose members see and train the model; `*` is whoever is signed in.',
  ['search', 'ads'],
);

/** A dispatcher's claim: until `expiresAt` nobody else launches this run. */
export const leaseSchema = described(
  z.strictObject({
    holder: described(z.string(), 'Who holds it.', 'dispatcher-5f2c'),
    expiresAt: described(instantSchema.clone(), 'When it ends.', INSTANT),
  }),
  'The claim of whoever launches the run now: until it ends nobody else does.',
);

/** `runs/{runId}`: the listener's document. Only `transition` writes `status`, `attempt` and what follows from them. */
export const runSchema = z.strictObject({
  schemaVersion: described(z.literal(1), 'The version of the form that the document has.'),
  runId: runIdSchema,
  modelId: modelIdSchema,
  runNumber: described(z.int().min(1), 'The number of the run among those of its model, from 1.', 47),
  status: runStatusSchema,
  attempt: described(
    z.int().min(1),
    'The number of launches: 1 from the start, and one more each time the run goes back to pending.',
    1,
  ),
  retriesUsed: described(
    z.int().min(0),
    'The number of attempts that were spent on losses, preemptions and retriable failures; at most `spec.compute.maxRetries`.',
    0,
  ),
  seq: described(z.int().min(0), 'The highest number of a callback that was applied of this attempt.', 17),
  spec: described(
    storedSpecSchema.clone(),
    'The specification, with every default filled in and presets replaced by their content.',
  ),
  presets: described(
    z.array(presetRefSchema).default([]),
    'The versions of presets that the specification was made of.',
    ['datasets/purchases@3'],
  ),
  specDigest: described(
    z.string(),
    'The digest of the specification: `sha256:` and the hexadecimal SHA-256 of its canonical JSON.',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ),
  tagPairs: described(
    z.array(z.string()).default([]),
    '`key=value` of each tag of the specification, so that a query can ask for one.',
    ['team=search'],
  ),
  requestedBy: described(z.string(), 'Who asked for the run.', 'ada@example.com'),
  ...identityFields,
  /** The security rules read them here. */
  teams: described(
    teamsSchema.default([EVERY_TEAM]),
    "The teams of the run's model, whose members see the run.",
    ['search'],
  ),
  retryOf: described(
    z.strictObject({ runId: runIdSchema, checkpointUri }).nullable().default(null),
    'The run that this one goes on from, and the folder of its checkpoints; null for a run of its own.',
  ),
  production: servingVersionSchema.nullable().default(null),
  traceparent: described(
    traceparentSchema.nullable().default(null),
    'The trace that the request for the run belongs to, as [W3C trace context](https://www.w3.org/TR/trace-context/) writes it; null where it has none.',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ),
  currentStage: described(
    stageNameSchema.nullable(),
    'The stage that the trainer is in; null before the first.',
  ),
  currentEpoch: described(
    z.int().min(0),
    'The newest finished epoch of this attempt, from 1; 0 before the first.',
    3,
  ),
  totalEpochs: described(z.int().min(1), 'The number of epochs, if nothing ends the training before.', 20),
  progress: described(
    progressSchema.nullable(),
    'How far the current stage is; null before the first report.',
  ),
  resources: described(
    resourcesSchema.nullable(),
    'What the trainer uses of its machine; null before the first report.',
  ),
  peakMemory: described(
    z
      .strictObject({
        rssMb: described(z.number(), 'The resident memory of the process, in MB.', 2110),
        gpuMemoryMb: described(
          z.number().nullable(),
          'The memory of all GPUs together, in MB; null where there is none.',
          9400,
        ),
      })
      .nullable()
      .default(null),
    'The most memory that any heartbeat reported; null before the first.',
  ),
  gpuUse: described(
    z
      .strictObject({
        meanPercent: described(z.number().min(0).max(100), 'The mean use, in percent.', 71.5),
        samples: described(z.int().min(1), 'The number of heartbeats that it is the mean of.', 180),
      })
      .nullable()
      .default(null),
    'The use of the GPUs over the heartbeats of the training; null where there is none.',
  ),
  latestMetrics: described(metricsSchema.clone(), 'The metrics of the newest epoch.', EPOCH_METRICS),
  checkpoint: checkpointSchema.nullable(),
  phase: described(
    z.enum(['prepare', 'train']).nullable().default(null),
    'What attempts do of a run whose data have a job of their own. `prepare`: the stages up to `transform`, on the tier that ' +
      '`spec.compute.prepare` names. `train`: those are done, and attempts go on from what is kept of them. null: one job does all stages.',
  ),
  tierIndex: described(
    z.int().min(0),
    'The index of the tier that the current attempt tries or runs on, from 0; in the phase `prepare` there is but one.',
    0,
  ),
  memoryFloor: described(
    memoryFloorSchema.nullable().default(null),
    'The least memory that the training takes, as far as that could be told before it was started; null where it could not.',
  ),
  outgrown: described(z.array(z.string()).default([]), 'The tiers whose memory was too small for the run.', [
    'cpu',
  ]),
  job: jobSchema.nullable(),
  computeConfig: computeConfigSchema.nullable().default(null),
  consoleUrl: described(
    z.string().max(2048).nullable().default(null),
    "The page of the run's newest job in the console of the platform; null where it has none.",
    'https://console.cloud.google.com/run/jobs/executions/details/europe-west4/trainer-x7k2p?project=my-project',
  ),
  stopping: stoppingSchema.nullable().default(null),
  cost: costSchema.nullable().default(null),
  retryAt: described(
    instantSchema.nullable(),
    'The instant before which a pending run is not launched; null for at once.',
    INSTANT,
  ),
  lease: leaseSchema.nullable(),
  result: described(runResultSchema.nullable(), 'What the run has reached; null until it has completed.'),
  gates: described(
    z.array(gateResultSchema).default([]),
    'The gates of the specification against the result; empty until the run has completed.',
  ),
  data: runDataSchema.nullable().default(null),
  environment: runEnvironmentSchema.nullable().default(null),
  quickTest: quickTestRecordSchema.nullable().default(null),
  madeDigests: described(
    z.array(contentDigestSchema).max(MAX_DIGESTS).default([]),
    'The digests of what the stages of the run made, or took from the cache, so that a query can ask for one.',
    [EXAMPLE_DIGEST],
  ),
  usedDigests: described(
    z.array(contentDigestSchema).max(MAX_DIGESTS).default([]),
    'The digests of what the stages of the run read.',
    [EXAMPLE_DIGEST],
  ),
  warnings: runWarningsSchema,
  error: described(
    runErrorSchema.nullable(),
    'Why the run, or its newest attempt, failed; null where it did not.',
  ),
  cancelRequestedAt: described(
    instantSchema.nullable(),
    'When somebody asked to cancel the run; null where nobody did.',
    INSTANT,
  ),
  createdAt: described(instantSchema.clone(), 'When the run was requested.', INSTANT),
  startedAt: described(instantSchema.nullable(), 'When a trainer first reported; null before that.', INSTANT),
  endedAt: described(instantSchema.nullable(), 'When the run ended; null before that.', INSTANT),
  lastCallbackAt: described(
    instantSchema.nullable(),
    'When the last callback came; null before the first.',
    INSTANT,
  ),
  lastProgressAt: described(
    instantSchema.nullable().default(null),
    'When the last callback came that told of a step, an epoch, a stage or a checkpoint; null before the first.',
    INSTANT,
  ),
  deadlineAt: described(instantSchema.clone(), 'The latest instant at which the run ends.', INSTANT),
  updatedAt: described(instantSchema.clone(), 'When the document was last written.', INSTANT),
});
export type Run = z.infer<typeof runSchema>;
