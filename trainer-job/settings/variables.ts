/** The environment variables that the trainer reads, each with what the reference says of it. */
import { fileURLToPath } from 'node:url';
import {
  DEFAULT_MONITOR,
  inSweepSchema,
  instantSchema,
  runIdSchema,
  runIntentSchema,
  traceparentSchema,
  quickResultSchema,
  type InSweep,
} from '@trainyard/shared';
import { z } from 'zod';
import { bucketPathOf, type BucketPath } from '../cloud/bucketPath.js';

const BACKENDS = ['auto', 'tensorflow', 'wasm', 'cpu'] as const;
export const backendChoiceSchema = z.enum(BACKENDS, {
  error: ({ input }) => `is "${String(input)}"; allowed: ${BACKENDS.join(', ')}`,
});
export type BackendChoice = z.infer<typeof backendChoiceSchema>;

export const workerChoiceSchema = z.coerce
  .string()
  .regex(/^(auto|[1-9]|[1-5]\d|6[0-4])$/, {
    error: ({ input }) => `is "${String(input)}"; allowed: auto, or a number from 1 to 64`,
  })
  .transform((choice) => (choice === 'auto' ? choice : Number(choice)))
  .default(1);
export type WorkerChoice = z.infer<typeof workerChoiceSchema>;

/** A path of this machine, or one in a bucket. */
type Stored = { file: string; bucketPath?: never } | { bucketPath: BucketPath; file?: never };

const storedUri = z.string().transform((uri, context): Stored => {
  const bucketPath = bucketPathOf(uri);
  if (bucketPath) return { bucketPath };
  try {
    if (new URL(uri).protocol === 'file:') return { file: fileURLToPath(uri) };
  } catch {
    // Not a URL: the same answer as for another protocol.
  }
  context.addIssue({
    code: 'custom',
    message: `got "${uri}"; give file:///folder/name or gs://bucket/folder/name`,
  });
  return z.NEVER;
});

const described = <T extends z.ZodType>(schema: T, description: string, ...examples: string[]) =>
  schema.meta({ description, ...(examples.length > 0 && { examples }) });

const TRAINYARD_SCRATCH = described(
  z.string().min(1).optional(),
  'The folder for working files where everything that lasts is kept in a bucket; a folder `trainyard` where temporary files go unless given. It may be lost with the machine.',
  '/scratch',
);
export const scratchSchema = z.object({ TRAINYARD_SCRATCH });

/** As the control plane sends them. */
const jsonVariable = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is no JSON' });
    return z.NEVER;
  }
});
const quickResultVariable = jsonVariable.pipe(quickResultSchema.clone());
const inSweepVariable = jsonVariable.pipe(inSweepSchema.clone());
const EXAMPLE_IN_SWEEP: InSweep = {
  sweepId: 'q5w2kzt7mbx3hvac4ndy',
  name: 'rates',
  role: 'trial',
  trial: 7,
  maxTrials: 30,
  metric: DEFAULT_MONITOR,
  results: 0,
  best: null,
  changes: [],
  moreChanges: 0,
};
const cutsVariable = jsonVariable.pipe(
  z.array(z.strictObject({ setting: z.string().max(200), why: z.string().max(500) })).max(20),
);

/** How sources in Google Cloud are reached. Google's own clients name the two hosts so as well. */
export const cloudVariablesSchema = z.object({
  STORAGE_EMULATOR_HOST: described(
    z.string().min(1).optional(),
    'A stand-in of Cloud Storage that is used in place of the service.',
    'http://127.0.0.1:9199',
  ),
  BIGQUERY_EMULATOR_HOST: described(
    z.string().min(1).optional(),
    'A stand-in of BigQuery that is used in place of the service.',
    'http://127.0.0.1:9050',
  ),
  TRAINYARD_DOWNLOAD_LIMIT_GB: described(
    z.coerce.number().positive().max(100_000).default(100),
    'How much of the disk, in gigabytes, objects of sources may take once they are downloaded. Those that were not used for longest go first.',
  ),
});

/** What the command line takes from the environment, too. */
export const defaultsSchema = z.object({
  TRAINYARD_BACKEND: described(
    backendChoiceSchema.default('auto'),
    'What computes: `tensorflow`, `wasm` or `cpu`; `auto` takes the first of them that works here.',
  ),
  TRAINYARD_WORKERS: described(
    workerChoiceSchema.clone(),
    'The number of threads that compute each step together, from 1 to 64; `auto` is as many as there are cores, where that is known to be faster.',
  ),
  TRAINYARD_DATA_BASE: described(
    z.string().min(1).optional(),
    'The folder that relative paths of the specification start from; the current one unless given.',
    '/data',
  ),
  GIT_COMMIT: described(
    z.string().min(1).max(100).optional(),
    'The commit that the trainer was built from. The metadata of artifacts name it.',
  ),
  REQUESTED_BY: described(
    z.string().min(1).max(200).optional(),
    'Who asked for the run; the metadata of artifacts name it.',
    'ada@example.com',
  ),
  RUN_INTENT: described(
    runIntentSchema.optional(),
    'What the run is for; the metadata of artifacts name it. The tag `experiment_type` of the specification unless given.',
    'ablation',
  ),
  TRAINER_IMAGE: described(
    z.string().min(1).max(512).optional(),
    'The container image that the trainer was started from, with its digest where that is known. The metadata of artifacts name it.',
    'europe-docker.pkg.dev/my-project/trainyard/trainer:4f0c1d2',
  ),
  ...cloudVariablesSchema.shape,
});

export const loggedVariablesSchema = z.object({
  TRAINYARD_LOGGED_VARIABLES: described(
    z
      .string()
      .max(1000)
      .default('')
      .transform((text) =>
        text
          .split(',')
          .map((prefix) => prefix.trim())
          .filter(Boolean),
      ),
    'Prefixes of names of further environment variables that the environment of a run shows, with commas between. It shows those of the trainer and of what computes anyway; secrets are masked.',
    'SHOP_,TEAM_',
  ),
});

/** Of a job that a control plane launches. */
export const jobVariablesSchema = z.object({
  RUN_ID: described(runIdSchema.clone(), 'The id of the run.', 'abcdefghij234567abcd'),
  MODEL_VERSION: described(
    z.string().min(1).max(100).optional(),
    'What the model made here is called, `model#number`; the id of the run where nobody gave it a name.',
    'shop#12',
  ),
  ATTEMPT: described(
    z.coerce.number().int().min(1).default(1),
    'Which launch of the run this is, counted from 1. A later attempt takes the checkpoints over.',
  ),
  STAGES: described(
    z.enum(['all', 'prepare', 'train']).default('all'),
    '`prepare` ends once the data are encoded and kept; `train` finds them so, and does nothing again because of `compute.forceRecompute`.',
  ),
  SPEC_URI: described(
    storedUri.clone(),
    'The specification, JSON: `file:///…` or `gs://…`.',
    'gs://shop-trainyard/specs/abc.json',
  ),
  ARTIFACT_URI: described(
    storedUri.clone(),
    'The folder that gets checkpoints, model and reports: `file:///…` or `gs://…`.',
    'gs://shop-trainyard/runs/abcdefghij234567abcd',
  ),
  CACHE_URI: described(
    storedUri.optional(),
    'The folder that keeps outputs of the data stages for all runs; `cache` in the folder of the artifacts unless given.',
    'gs://shop-trainyard/cache',
  ),
  RESUME_URI: described(
    storedUri.optional(),
    'The checkpoints of an earlier run to go on from, in the same kind of place as the artifacts.',
    'gs://shop-trainyard/runs/zyxwvutsrq765432zyxw/checkpoints',
  ),
  PRODUCTION_URI: described(
    storedUri.optional(),
    'The folder of the version that serves: the new model is compared with it. Nothing is, unless given.',
    'gs://shop-trainyard/runs/zyxwvutsrq765432zyxw/model/a0001',
  ),
  PRODUCTION_VERSION: described(
    z.coerce.number().int().min(1).optional(),
    'The number of the version that serves, for the report.',
    '11',
  ),
  QUICK_RUN_ID: described(
    runIdSchema.optional(),
    'The quick test that the run came from, for the report.',
    'k3v7q2mzx5ahc4tnwy6d',
  ),
  QUICK_TEST_RESULT: described(
    quickResultVariable.optional(),
    'What the quick test that the run came from has reached, for the report: JSON of its `name`, `rowsDigest` and `metrics`.',
    '{"name":"shop#46","rowsDigest":null,"metrics":{"loss":6.5}}',
  ),
  QUICK_TEST_CUTS: described(
    cutsVariable.optional(),
    'What a quick test leaves out of its whole specification, for the report: a JSON list of `setting` and `why`.',
    '[{"setting":"training.epochs","why":"3 epochs at most instead of 20"}]',
  ),
  IN_SWEEP: described(
    inSweepVariable.optional(),
    'What the run has to do with a sweep, for the report: JSON as of `inSweep` of a run.',
    JSON.stringify(EXAMPLE_IN_SWEEP),
  ),
  CALLBACK_URL: described(
    z.url({ protocol: /^https?$/ }).optional(),
    'Where callbacks are sent. Without it nobody hears of the run.',
    'https://trainyard.example.com/api/training-runs/abcdefghij234567abcd/webhook/',
  ),
  RUN_SECRET: described(
    z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]+=*$/, 'must be whsec_ and base64 (its value is not shown)')
      .optional(),
    'What callbacks are signed with: `whsec_` and base64. It is needed with `CALLBACK_URL`, and taken out of the environment once it was read.',
  ),
  CALLBACK_AUDIENCE: described(
    z.string().min(1).optional(),
    'The audience of the ID token that callbacks carry; without it they carry none.',
    'https://trainyard.example.com',
  ),
  GCE_METADATA_HOST: described(
    z.string().min(1).default('metadata.google.internal'),
    "Where the ID token comes from, as Google's own libraries read it.",
  ),
  TRACEPARENT: described(
    traceparentSchema.optional(),
    'The trace that this attempt was launched in; it goes along with each callback.',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ),
  DEADLINE: described(
    instantSchema.optional(),
    'When the platform ends this attempt. The training is saved and handed over before.',
    '2026-11-20T19:18:25.000Z',
  ),
  TIME_LIMIT_MARGIN_SECONDS: described(
    z.coerce.number().min(0).max(3600).default(60),
    'How long before the deadline the training is saved and handed over.',
  ),
  STOP_GRACE_SECONDS: described(
    z.coerce.number().min(1).max(3600).default(10),
    'How long the platform leaves between the signal to end and the kill. Cloud Run leaves ten seconds.',
  ),
  TRAINYARD_SCRATCH,
  TRAINYARD_PROFILE: described(
    z.enum(['0', '1']).optional(),
    '`1` writes `profile.json`, where the time of an epoch goes, beside the model.',
  ),
  ...defaultsSchema.shape,
});

export const dataLimitsSchema = z.object({
  TRAINYARD_MEMORY_MB: described(
    z.coerce.number().int().min(128).max(4_194_304).optional(),
    'Megabytes of memory that DuckDB may take; 2048, or half of what the machine or the container has where that is less. What SQL makes of values counts beside it: while it works on the data the process may have half as much again and 512 MB beside what it held before.',
  ),
  TRAINYARD_THREADS: described(
    z.coerce.number().int().min(1).max(1024).optional(),
    'The threads of DuckDB; as many as there are cores unless given.',
  ),
});

export const tableMemorySchema = z.object({
  TRAINYARD_TABLE_MEMORY_MB: described(
    z.coerce.number().min(0.001).max(4_194_304).optional(),
    'Megabytes that the encoded queries may take while a model trains; a larger table is read from disk in blocks. A quarter of the memory of the machine or the container unless given.',
  ),
});

export const trainerMemorySchema = z.object({
  TRAINYARD_TRAINER_MEMORY_MB: described(
    z.coerce.number().min(1).optional(),
    "Megabytes that the trainer's process may take: what will not fit is refused before anything is allocated. What the machine or the container has unless given.",
  ),
});

export const latencyVariablesSchema = z.object({
  TRAINYARD_LATENCY_MS: described(
    z.coerce.number().min(0).max(60_000).default(300),
    'Milliseconds for which requests of each size are made when the latency of the exported model is measured: more make the measurement steadier. Each size is asked for once at least, and for up to twice as long until there are 100 requests, of fewer than which the 99th percentile is the slowest.',
  ),
});

export const cacheLimitsSchema = z.object({
  TRAINYARD_CACHE_MB: described(
    z.coerce.number().min(0).max(1e9).default(20_480),
    'Megabytes that the outputs of all stages may take on disk; beyond it a run removes those used least lately, once it has its own data.',
  ),
  TRAINYARD_CACHE_UNUSED_DAYS: described(
    z.coerce.number().min(0).max(36_500).optional(),
    'Outputs that no run has used for so many days go whatever the size; without it they stay.',
  ),
});

export const acceleratorVariablesSchema = z.object({
  EXPECTED_GPUS: described(
    z.coerce.number().int().min(0).max(64).optional(),
    'How many GPUs this job was given. The trainer checks that they are there and compute; without it nothing is checked.',
  ),
  CUDA_VISIBLE_DEVICES: described(
    z.string().optional(),
    'Which GPUs CUDA uses; CUDA reads it itself, and the check of the GPUs goes by it.',
    '0,1',
  ),
});

/** All that the trainer reads, for the reference. */
export const trainerVariablesSchema = z.object({
  ...jobVariablesSchema.shape,
  ...dataLimitsSchema.shape,
  ...tableMemorySchema.shape,
  ...trainerMemorySchema.shape,
  ...latencyVariablesSchema.shape,
  ...cacheLimitsSchema.shape,
  ...acceleratorVariablesSchema.shape,
  ...loggedVariablesSchema.shape,
});
