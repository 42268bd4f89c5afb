/** The only reader of the environment in this room, apart from `setup/config.ts`. */
import { availableParallelism, platform, arch, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  digestOf,
  instantSchema,
  runIdSchema,
  traceparentSchema,
  type TrainingSpec,
} from '@trainyard/shared';
import { z } from 'zod';
import { placeOf, type Place } from './cloud/place.js';

export const backendChoiceSchema = z.enum(['auto', 'tensorflow', 'wasm', 'cpu']);
export type BackendChoice = z.infer<typeof backendChoiceSchema>;

export const workerChoiceSchema = z.coerce
  .string()
  .regex(/^(auto|[1-9]|[1-5]\d|6[0-4])$/, {
    error: ({ input }) => `is "${String(input)}"; allowed: auto, or a number from 1 to 64`,
  })
  .transform((choice) => (choice === 'auto' ? choice : Number(choice)))
  .default(1);
export type WorkerChoice = z.infer<typeof workerChoiceSchema>;

/** Where and how one attempt runs: the environment variables or the flags, checked. */
export interface Settings {
  runId: string;
  /** What the model made here is called, `model#number`; the run's id where nobody gave it a name. */
  modelVersion: string;
  attempt: number;
  /**
   * `prepare`: nothing after `transform`, whose output the next attempt takes from the cache · `train`: another job has prepared
   * the data, so that nothing is done again by `compute.forceRecompute`.
   */
  stages: 'all' | 'prepare' | 'train';
  /** The specification: a JSON file; null where flags make all of it. */
  specFile: string | null;
  /** What flags say in its place. */
  specFlags?: SpecFlags;
  /** Tries batch sizes instead of training. */
  findBatchSize?: boolean;
  /** Replaces the specification's source when it is given on the command line. */
  dataFile: string | null;
  /** Replaces `compute.forceRecompute` when it is given on the command line. */
  forceRecompute: TrainingSpec['compute']['forceRecompute'] | null;
  artifactDirectory: string;
  /** The checkpoints of an earlier run to go on from; null to begin anew. */
  resumeDirectory: string | null;
  /** Outputs of the first three stages, shared between runs. */
  cacheDirectory: string;
  /** What relative paths of the specification start from. */
  dataBase: string;
  /** Null without a control plane. The secret is never logged. */
  callbacks: CallbackSettings | null;
  cloud: CloudSettings;
  /** Where what must last is kept, if that is not on this machine: then the folders above are scratch. */
  remote: RemoteSettings | null;
  /** When the platform ends this attempt. */
  deadline: Date | null;
  /** How long before the deadline the training is saved and handed over. */
  marginSeconds: number;
  /** From the signal to end to the platform's kill. */
  stopGraceSeconds: number;
  backend: BackendChoice;
  /** How many threads compute the steps of the training; `auto` is as many as there are cores, where that helps. */
  workers: WorkerChoice;
  gitCommit: string | null;
  /** Writes `profile.json`, where the time of an epoch goes, beside the model. */
  profile: boolean;
}

export interface SpecFlags {
  /** The whole of a specification; null where a file has it. */
  base: Record<string, unknown> | null;
  /** Replaces parts of `training`. */
  training: Record<string, unknown>;
}

export interface CallbackSettings {
  url: string;
  secret: string;
  /** Where the control plane wants to know whom it hears: where an ID token comes from. */
  identity: { audience: string; metadataHost: string } | null;
  /** The trace that this attempt was launched in; it goes along with each callback. */
  traceparent: string | null;
}

/** How sources in Google Cloud are read. Credentials are not settings: the clients find those of the machine. */
export interface CloudSettings {
  /** Null is Google's own. */
  storageEndpoint: string | null;
  bigQueryEndpoint: string | null;
  /** What downloaded objects take of the disk at most. */
  downloadLimitBytes: number;
  /** The first pause before a request is made again. */
  retryBaseMs: number;
  /** A download that brings no byte for so long is begun again. */
  stallMs: number;
  /** Between two looks at a job of BigQuery. */
  pollMs: number;
}

/** Folders in buckets of Cloud Storage. */
export interface RemoteSettings {
  /** Null where the specification is a file of this machine. */
  spec: Place | null;
  artifacts: Place;
  /** Null where the cache is a folder of this machine. */
  cache: Place | null;
  resume: Place | null;
}

/** The settings are wrong: nothing was started. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A path of this machine, or a place in a bucket. */
type Stored = { file: string; place?: never } | { place: Place; file?: never };

const storedUri = z.string().transform((uri, context): Stored => {
  const place = placeOf(uri);
  if (place) return { place };
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

const cloudEnvironment = {
  /** Both are named as Google's own clients name them. */
  STORAGE_EMULATOR_HOST: z.string().min(1).optional(),
  BIGQUERY_EMULATOR_HOST: z.string().min(1).optional(),
  TRAINYARD_DOWNLOAD_LIMIT_GB: z.coerce.number().positive().max(100_000).default(100),
};
const cloudEnvironmentSchema = z.object(cloudEnvironment);

const environmentSchema = z
  .object({
    RUN_ID: runIdSchema,
    MODEL_VERSION: z.string().min(1).max(100).optional(),
    ATTEMPT: z.coerce.number().int().min(1).default(1),
    STAGES: z.enum(['all', 'prepare', 'train']).default('all'),
    SPEC_URI: storedUri,
    ARTIFACT_URI: storedUri,
    CACHE_URI: storedUri.optional(),
    RESUME_URI: storedUri.optional(),
    CALLBACK_URL: z.url({ protocol: /^https?$/ }).optional(),
    RUN_SECRET: z
      .string()
      .regex(/^whsec_[A-Za-z0-9+/]+=*$/, 'must be whsec_ and base64 (its value is not shown)')
      .optional(),
    CALLBACK_AUDIENCE: z.string().min(1).optional(),
    /** As Google's own libraries read it. */
    GCE_METADATA_HOST: z.string().min(1).default('metadata.google.internal'),
    TRACEPARENT: traceparentSchema.optional(),
    DEADLINE: instantSchema.optional(),
    TRAINYARD_BACKEND: backendChoiceSchema.default('auto'),
    TRAINYARD_WORKERS: workerChoiceSchema,
    TRAINYARD_DATA_BASE: z.string().min(1).optional(),
    TIME_LIMIT_MARGIN_SECONDS: z.coerce.number().min(0).max(3600).default(60),
    /** Cloud Run leaves ten seconds. */
    STOP_GRACE_SECONDS: z.coerce.number().min(1).max(3600).default(10),
    TRAINYARD_SCRATCH: z.string().min(1).optional(),
    ...cloudEnvironment,
    TRAINYARD_PROFILE: z.enum(['0', '1']).optional(),
    GIT_COMMIT: z.string().min(1).max(100).optional(),
  })
  .refine((env) => !env.CALLBACK_URL || env.RUN_SECRET, {
    path: ['RUN_SECRET'],
    message: 'is needed with CALLBACK_URL: callbacks are signed with it',
  })
  .refine(({ ARTIFACT_URI: own, RESUME_URI: from }) => !from || !own.place === !from.place, {
    path: ['RESUME_URI'],
    message: 'and ARTIFACT_URI must both be file:// or both be gs://',
  })
  .refine(({ ARTIFACT_URI: own, CACHE_URI: cache }) => own.place || !cache?.place, {
    path: ['CACHE_URI'],
    message: 'is gs:// and ARTIFACT_URI is file://: keep the cache on this machine, too',
  })
  .refine(({ ARTIFACT_URI: own, SPEC_URI: spec }) => own.place || !spec.place, {
    path: ['SPEC_URI'],
    message: 'is gs:// and ARTIFACT_URI is file://: give the specification as a file',
  });

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of a job: from environment variables alone. Throws `ConfigError` with every mistake in it. */
export function settingsFromEnvironment(environment: Environment = process.env): Settings {
  const env = parse(environment, environmentSchema);
  return {
    runId: env.RUN_ID,
    modelVersion: env.MODEL_VERSION ?? env.RUN_ID,
    attempt: env.ATTEMPT,
    stages: env.STAGES,
    dataFile: null,
    forceRecompute: null,
    ...storageOf(env),
    dataBase: resolve(env.TRAINYARD_DATA_BASE ?? '.'),
    callbacks: callbacksOf(env),
    cloud: cloudOf(env),
    deadline: env.DEADLINE ? new Date(env.DEADLINE) : null,
    marginSeconds: env.TIME_LIMIT_MARGIN_SECONDS,
    stopGraceSeconds: env.STOP_GRACE_SECONDS,
    backend: env.TRAINYARD_BACKEND,
    workers: env.TRAINYARD_WORKERS,
    gitCommit: env.GIT_COMMIT ?? null,
    profile: env.TRAINYARD_PROFILE === '1',
  };
}

type StorageSettings = Pick<
  Settings,
  'specFile' | 'artifactDirectory' | 'resumeDirectory' | 'cacheDirectory' | 'remote'
>;

/** With places in buckets, the folders are below the scratch folder, which may be lost with the machine. */
function storageOf(env: z.infer<typeof environmentSchema>): StorageSettings {
  const { SPEC_URI: spec, ARTIFACT_URI: artifacts, CACHE_URI: cache, RESUME_URI: resume } = env;
  if (artifacts.file !== undefined) {
    return {
      specFile: spec.file ?? null,
      artifactDirectory: artifacts.file,
      resumeDirectory: resume?.file ?? null,
      cacheDirectory: cache?.file ?? resolve(artifacts.file, 'cache'),
      remote: null,
    };
  }
  const scratch = scratchOf(env);
  const own = join(scratch, 'runs', env.RUN_ID);
  const { bucket, path } = artifacts.place;
  return {
    specFile: spec.file ?? join(own, 'spec.json'),
    artifactDirectory: own,
    resumeDirectory: null,
    cacheDirectory: cache?.file ?? join(scratch, 'cache'),
    remote: {
      spec: spec.place ?? null,
      artifacts: artifacts.place,
      cache: cache ? (cache.place ?? null) : { bucket, path: `${path}/cache` },
      resume: resume?.place ?? null,
    },
  };
}

const scratchSchema = z.object({ TRAINYARD_SCRATCH: z.string().min(1).optional() });

function scratchOf({ TRAINYARD_SCRATCH: folder }: z.infer<typeof scratchSchema>): string {
  return resolve(folder ?? join(tmpdir(), 'trainyard'));
}

/** A folder, or `gs://BUCKET/PATH`: then what is made goes there, and the same place has the same scratch folder again. */
export function storageOfOutput(
  output: string,
  environment: Environment = process.env,
): Omit<StorageSettings, 'specFile'> {
  if (!output.startsWith('gs://')) {
    const folder = resolve(output);
    return {
      artifactDirectory: folder,
      resumeDirectory: null,
      cacheDirectory: resolve(folder, 'cache'),
      remote: null,
    };
  }
  const place = placeOf(output);
  if (!place) throw new ConfigError(`the output is "${output}"; it is a folder, or gs://BUCKET/PATH`);
  const scratch = scratchOf(parse(environment, scratchSchema));
  return {
    artifactDirectory: join(scratch, 'outputs', digestOf(place).slice(0, 16)),
    resumeDirectory: null,
    cacheDirectory: join(scratch, 'cache'),
    remote: {
      spec: null,
      artifacts: place,
      cache: { ...place, path: `${place.path}/cache` },
      resume: null,
    },
  };
}

function cloudOf(env: z.infer<typeof cloudEnvironmentSchema>): CloudSettings {
  return {
    storageEndpoint: env.STORAGE_EMULATOR_HOST ?? null,
    bigQueryEndpoint: env.BIGQUERY_EMULATOR_HOST ?? null,
    downloadLimitBytes: env.TRAINYARD_DOWNLOAD_LIMIT_GB * 1e9,
    retryBaseMs: 500,
    stallMs: 30_000,
    pollMs: 2000,
  };
}

function callbacksOf(env: z.infer<typeof environmentSchema>): CallbackSettings | null {
  const { CALLBACK_URL: url, RUN_SECRET: secret, CALLBACK_AUDIENCE: audience } = env;
  if (!url || !secret) return null;
  return {
    url: url.replace(/\/+$/, ''),
    secret,
    identity: audience ? { audience, metadataHost: env.GCE_METADATA_HOST } : null,
    traceparent: env.TRACEPARENT ?? null,
  };
}

function parse<T>(environment: Environment, schema: z.ZodType<T>): T {
  // An empty variable is one that is not set: launchers can often not leave one out.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`the environment is not complete:\n${mistakes.join('\n')}`);
}

/** What the command line does not ask for and the environment may say all the same. */
export function defaultsFromEnvironment(
  environment: Environment = process.env,
): Pick<Settings, 'backend' | 'workers' | 'cloud' | 'dataBase' | 'gitCommit'> {
  const backend = backendChoiceSchema.safeParse(environment['TRAINYARD_BACKEND'] || 'auto');
  if (!backend.success) {
    throw new ConfigError(
      `TRAINYARD_BACKEND is "${environment['TRAINYARD_BACKEND']}"; allowed: ${backendChoiceSchema.options.join(', ')}`,
    );
  }
  return {
    backend: backend.data,
    workers: parse(environment, z.object({ TRAINYARD_WORKERS: workerChoiceSchema })).TRAINYARD_WORKERS,
    cloud: cloudOf(parse(environment, cloudEnvironmentSchema)),
    dataBase: resolve(environment['TRAINYARD_DATA_BASE'] || '.'),
    gitCommit: environment['GIT_COMMIT'] || null,
  };
}

const dataLimitsSchema = z.object({
  TRAINYARD_MEMORY_MB: z.coerce.number().int().min(128).max(4_194_304).optional(),
  TRAINYARD_THREADS: z.coerce.number().int().min(1).max(1024).optional(),
});

const trainerMemorySchema = z.object({ TRAINYARD_TRAINER_MEMORY_MB: z.coerce.number().min(1).optional() });

/** What the trainer's process may hold: what the machine or the container has, unless the environment says otherwise. */
export function trainerMemoryBytes(environment: Environment = process.env): number {
  const { TRAINYARD_TRAINER_MEMORY_MB: megabytes } = parse(environment, trainerMemorySchema);
  if (megabytes !== undefined) return megabytes * 1e6;
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

const cacheLimitsSchema = z.object({
  TRAINYARD_CACHE_MB: z.coerce.number().min(0).max(1e9).default(20_480),
  TRAINYARD_CACHE_UNUSED_DAYS: z.coerce.number().min(0).max(36_500).optional(),
});

export interface CacheLimits {
  /** Of the outputs of all stages together, on disk. */
  bytes: number;
  /** Outputs that were not used for so long go whatever the size; null keeps them. */
  unusedSeconds: number | null;
}

/** 20 GB, whatever its age, unless the environment says otherwise. */
export function cacheLimits(environment: Environment = process.env): CacheLimits {
  const env = parse(environment, cacheLimitsSchema);
  const days = env.TRAINYARD_CACHE_UNUSED_DAYS;
  return {
    bytes: env.TRAINYARD_CACHE_MB * 1e6,
    unusedSeconds: days === undefined ? null : days * 86_400,
  };
}

/** What the data stages may take of the machine. */
export interface DataLimits {
  /** Memory of DuckDB, in MB: 2048, or half of what the machine or the container has, unless that is more. */
  memoryMegabytes: number;
  threads: number;
}

const tableMemorySchema = z.object({
  TRAINYARD_TABLE_MEMORY_MB: z.coerce.number().min(0.001).max(4_194_304).optional(),
});

/** Bytes that the encoded queries may take while a model trains; a larger table is read from disk in blocks. */
export function tableMemory(environment: Environment = process.env): number {
  const { TRAINYARD_TABLE_MEMORY_MB: megabytes } = parse(environment, tableMemorySchema);
  if (megabytes !== undefined) return megabytes * 1e6;
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY) / 4;
}

export function dataLimits(environment: Environment = process.env): DataLimits {
  const env = parse(environment, dataLimitsSchema);
  // 0 where there is no container, a huge number where it has no limit.
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return {
    memoryMegabytes: env.TRAINYARD_MEMORY_MB ?? Math.min(2048, Math.max(128, Math.floor(memory / 2e6))),
    threads: env.TRAINYARD_THREADS ?? availableParallelism(),
  };
}

export interface AcceleratorSettings {
  /** How many GPUs this job was given; null where nobody says, as on one's own machine. */
  expectedGpus: number | null;
  /** `CUDA_VISIBLE_DEVICES`, which CUDA reads itself. */
  visibleDevices: string | null;
}

const acceleratorSchema = z.object({
  EXPECTED_GPUS: z.coerce.number().int().min(0).max(64).optional(),
});

/** What the check of the GPUs goes by. */
export function acceleratorSettings(environment: Environment = process.env): AcceleratorSettings {
  const { EXPECTED_GPUS: expectedGpus } = parse(environment, acceleratorSchema);
  return { expectedGpus: expectedGpus ?? null, visibleDevices: environment['CUDA_VISIBLE_DEVICES'] ?? null };
}

/** True when the process was started as a job, with variables instead of flags. */
export function isJobEnvironment(environment: Environment = process.env): boolean {
  return Boolean(environment['RUN_ID'] ?? environment['SPEC_URI']);
}

/** Takes the secret out of the environment once it was read, so that no child process and no dump carries it. */
export function forgetSecret(): void {
  delete process.env['RUN_SECRET'];
}

/** Stops TensorFlow's own log below errors. It reads this variable while it is loaded. */
export function quietTensorflow(): void {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
}

/**
 * Has TensorFlow take, of the kernels of a GPU, those that give the same numbers each time, and cuBLAS too. They read these
 * variables while they are loaded; whoever set them before is heeded.
 */
export function deterministicTensorflow(): void {
  process.env['TF_DETERMINISTIC_OPS'] ??= '1';
  process.env['CUBLAS_WORKSPACE_CONFIG'] ??= ':4096:8';
}

/**
 * Has TensorFlow multiply with oneDNN on every x86 processor, as it does of its own accord on those with AVX-512 VNNI: in less
 * time and memory where one side of a product is narrow; TensorFlow says so on stderr, once. With Eigen where an operation has
 * one thread, which then is the one that signals interrupt: oneDNN's products take the heap for their stack meanwhile, and a
 * signal's handler would write over other data (docs/decisions/0028-onednn.md).
 */
export function oneDnnTensorflow(available = cores()): void {
  const threads = Number(process.env['TF_NUM_INTRAOP_THREADS'] ?? 0) || available;
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= threads > 1 ? '1' : '0';
  // Eigen takes single kernels of oneDNN: those for AVX-512 have the stack on the heap, those before it have not.
  if (threads === 1 && process.env['TF_ENABLE_ONEDNN_OPTS'] === '0')
    process.env['ONEDNN_MAX_CPU_ISA'] ??= 'AVX2';
}

/** Has TensorFlow compute each operation on one thread; false where somebody wants more. It reads this variable while it is loaded. */
export function undividedTensorflow(): boolean {
  return (process.env['TF_NUM_INTRAOP_THREADS'] ??= '1') === '1';
}

/**
 * Has each of several workers compute its operations itself, on its one thread, with oneDNN: signals interrupt another thread.
 * False where somebody wants it otherwise. It reads these variables while it is loaded.
 */
export function workersOfTensorflow(): boolean {
  if (!undividedTensorflow()) return false;
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
  return true;
}

/** Whether an operation of TensorFlow runs on the thread that asks, with oneDNN. */
export function asksOneDnnItself(): boolean {
  return process.env['TF_NUM_INTRAOP_THREADS'] === '1' && process.env['TF_ENABLE_ONEDNN_OPTS'] === '1';
}

/** The cores that this process may use. */
export function cores(): number {
  return availableParallelism();
}

/** The machine, as the run's metadata record it. */
export function machine(): { node: string; platform: string; cpuCount: number } {
  return { node: process.version, platform: `${platform()}-${arch()}`, cpuCount: availableParallelism() };
}
