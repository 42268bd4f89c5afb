/** Where and how one attempt of a run is trained: types, and how environment variables become them. */
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  digestOf,
  type InSweep,
  type QuickResult,
  type RunIntent,
  type ServingVersion,
  type TrainingSpec,
} from '@trainyard/shared';
import type { z } from 'zod';
import { bucketPathOf, uriOf, type BucketPath } from '../cloud/bucketPath.js';
import type { CloudSettings } from '../cloud/cloudSettings.js';
import { processEnvironment, readVariables } from './environment.js';
import {
  type cloudVariablesSchema,
  defaultsSchema,
  jobVariablesSchema,
  scratchSchema,
  type BackendChoice,
  type WorkerChoice,
} from './variables.js';
import { TrainerError } from '../errors/trainerError.js';

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
  /** The container image that the trainer was started from. */
  image: string | null;
  /** Who asked for the run. */
  author: string | null;
  /** What the run is for; null where nobody said. */
  intent: RunIntent | null;
  /** What a quick test leaves out; empty for all other runs. */
  cuts: readonly { setting: string; why: string }[];
  /** The quick test that the run came from. */
  quickRunId: string | null;
  /** What that quick test has reached. */
  quickResult: QuickResult | null;
  /** What the run has to do with a sweep; null where it has nothing. */
  inSweep: InSweep | null;
  /** The version that serves, which the new model is compared with: its folder on this machine, or in a bucket. */
  production: (ServingVersion & ProductionPlace) | null;
  /** Writes `profile.json`, where the time of an epoch goes, beside the model. */
  profile: boolean;
}

/** Where the version that serves lies. */
type ProductionPlace = { file: string; bucketPath?: never } | { bucketPath: BucketPath; file?: never };

export interface SpecFlags {
  /** The whole of a specification; null where a file has it. */
  base: Record<string, unknown> | null;
  /** Replaces parts of `training`. */
  training: Record<string, unknown>;
  /** Replaces `dataset.vocabularies`; undefined where no flag says it. */
  vocabularies?: string | undefined;
}

interface CallbackSettings {
  url: string;
  secret: string;
  /** Where the control plane wants to know whom it hears: where an ID token comes from. */
  identity: { audience: string; metadataHost: string } | null;
  /** The trace that this attempt was launched in; it goes along with each callback. */
  traceparent: string | null;
}

/** Folders in buckets of Cloud Storage. */
export interface RemoteSettings {
  /** Null where the specification is a file of this machine. */
  spec: BucketPath | null;
  artifacts: BucketPath;
  /** Null where the cache is a folder of this machine. */
  cache: BucketPath | null;
  resume: BucketPath | null;
}

const environmentSchema = jobVariablesSchema
  .refine((env) => !env.CALLBACK_URL || env.RUN_SECRET, {
    path: ['RUN_SECRET'],
    message: 'is needed with CALLBACK_URL: callbacks are signed with it',
  })
  .refine(({ ARTIFACT_URI: own, RESUME_URI: from }) => !from || !own.bucketPath === !from.bucketPath, {
    path: ['RESUME_URI'],
    message: 'and ARTIFACT_URI must both be file:// or both be gs://',
  })
  .refine(({ ARTIFACT_URI: own, CACHE_URI: cache }) => own.bucketPath || !cache?.bucketPath, {
    path: ['CACHE_URI'],
    message: 'is gs:// and ARTIFACT_URI is file://: keep the cache on this machine, too',
  })
  .refine(({ ARTIFACT_URI: own, SPEC_URI: spec }) => own.bucketPath || !spec.bucketPath, {
    path: ['SPEC_URI'],
    message: 'is gs:// and ARTIFACT_URI is file://: give the specification as a file',
  });

/** The settings of a job: from environment variables alone. Throws `TrainerError` with every mistake in it. */
export function settingsFromEnvironment(environment = processEnvironment()): Settings {
  const env = readVariables(environment, environmentSchema);
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
    image: env.TRAINER_IMAGE ?? null,
    author: env.REQUESTED_BY ?? null,
    intent: env.RUN_INTENT ?? null,
    cuts: env.QUICK_TEST_CUTS ?? [],
    quickRunId: env.QUICK_RUN_ID ?? null,
    quickResult: env.QUICK_TEST_RESULT ?? null,
    inSweep: env.IN_SWEEP ?? null,
    production: productionOf(env),
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
  const { bucket, path } = artifacts.bucketPath;
  return {
    specFile: spec.file ?? join(own, 'spec.json'),
    artifactDirectory: own,
    resumeDirectory: null,
    cacheDirectory: cache?.file ?? join(scratch, 'cache'),
    remote: {
      spec: spec.bucketPath ?? null,
      artifacts: artifacts.bucketPath,
      cache: cache ? (cache.bucketPath ?? null) : { bucket, path: `${path}/cache` },
      resume: resume?.bucketPath ?? null,
    },
  };
}

function scratchOf({ TRAINYARD_SCRATCH: folder }: z.infer<typeof scratchSchema>): string {
  return resolve(folder ?? join(tmpdir(), 'trainyard'));
}

/** A folder, or `gs://BUCKET/PATH`: then what is made goes there, and the same folder of a bucket has the same scratch folder again. */
export function storageOfOutput(
  output: string,
  environment = processEnvironment(),
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
  const bucketPath = bucketPathOf(output);
  if (!bucketPath)
    throw new TrainerError(
      'invalid-settings',
      `the output is "${output}"; it is a folder, or gs://BUCKET/PATH`,
      null,
    );
  const scratch = scratchOf(readVariables(environment, scratchSchema));
  return {
    artifactDirectory: join(scratch, 'outputs', digestOf(bucketPath).slice(0, 16)),
    resumeDirectory: null,
    cacheDirectory: join(scratch, 'cache'),
    remote: {
      spec: null,
      artifacts: bucketPath,
      cache: { ...bucketPath, path: `${bucketPath.path}/cache` },
      resume: null,
    },
  };
}

function cloudOf(env: z.infer<typeof cloudVariablesSchema>): CloudSettings {
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

/** What the command line does not ask for and the environment may say all the same. */
export function defaultsFromEnvironment(
  environment = processEnvironment(),
): Pick<
  Settings,
  'backend' | 'workers' | 'cloud' | 'dataBase' | 'gitCommit' | 'image' | 'author' | 'intent'
> {
  const env = readVariables(environment, defaultsSchema);
  return {
    backend: env.TRAINYARD_BACKEND,
    workers: env.TRAINYARD_WORKERS,
    cloud: cloudOf(env),
    dataBase: resolve(env.TRAINYARD_DATA_BASE ?? '.'),
    gitCommit: env.GIT_COMMIT ?? null,
    image: env.TRAINER_IMAGE ?? null,
    author: env.REQUESTED_BY ?? userName(),
    intent: env.RUN_INTENT ?? null,
  };
}

/** Without a control plane, who asked is who is signed in; null where the system has no name for the user, as in some containers. */
function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

function productionOf(env: z.infer<typeof environmentSchema>): Settings['production'] {
  const { PRODUCTION_URI: stored } = env;
  if (!stored) return null;
  const version = env.PRODUCTION_VERSION ?? null;
  if (stored.file !== undefined) return { version, uri: pathToFileURL(stored.file).href, file: stored.file };
  return { version, uri: uriOf(stored.bucketPath), bucketPath: stored.bucketPath };
}

/** A folder of this machine, or `gs://BUCKET/PATH`, that a person names. Throws `TrainerError`. */
export function productionOfFlag(place: string, flag = '--production'): NonNullable<Settings['production']> {
  if (!place.startsWith('gs://')) {
    const file = resolve(place);
    return { version: null, uri: pathToFileURL(file).href, file };
  }
  const bucketPath = bucketPathOf(place);
  if (bucketPath) return { version: null, uri: place, bucketPath };
  throw new TrainerError(
    'invalid-settings',
    `${flag} is "${place}"; it is the model folder of a run, or gs://BUCKET/PATH`,
    null,
  );
}

/** True when the process was started as a job, with variables instead of flags. */
export function isJobEnvironment(environment = processEnvironment()): boolean {
  return Boolean(environment['RUN_ID'] ?? environment['SPEC_URI']);
}
