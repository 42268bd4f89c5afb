import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { computeSchema, newRunId } from '@trainyard/shared';
import {
  backendChoiceSchema,
  ConfigError,
  defaultsFromEnvironment,
  storageOfOutput,
  workerChoiceSchema,
  type CacheLimits,
  type Settings,
} from '../config.js';
import { SPEC_FLAGS, SPEC_FLAGS_HELP, specFlagsOf } from './specFlags.js';

export const HELP = `Usage: node trainer-job/dist/main.js (--spec FILE | --tfrecords-path GLOB) --output DIR [FLAGS]

Trains one two-tower model without a control plane.

  --spec FILE      the specification, JSON
  --output DIR     gets checkpoints/, model/ and cache/; the same command goes on where it stopped; or gs://BUCKET/PATH
  --data FILE      CSV, JSONL or Parquet instead of the specification's source
  --backend NAME   auto (default), tensorflow, wasm or cpu
  --workers N      threads that compute each step together; auto: as many as there are cores, where that is known to be
                   faster; default 1
  --force-recompute STAGES
                   ingest, validate, transform or several of them, with commas between: done again although
                   the cache has their output
  --clear-cache DIR [--unused-days N]
                   removes what DIR, a cache, holds and no run has used for half an hour, or for N days, and ends
  --print-spec     prints the specification with every default, and ends
  --find-batch-size
                   tries batches of 256, 512, … on this machine (from 8 on where memory is short), tells how fast they
                   are, and ends
  --profile        writes profile.json to the output: where the time of an epoch goes
  --help           this text

${SPEC_FLAGS_HELP}
Relative paths, those in the specification too, start from the current folder (TRAINYARD_DATA_BASE names another one).
Without flags it runs as a job of a control plane and reads RUN_ID, ATTEMPT, SPEC_URI, ARTIFACT_URI, CALLBACK_URL,
RUN_SECRET and DEADLINE from the environment.

Exit codes: 0 done, 2 bad specification or data, 75 try again, 143 stopped.
`;

/** What the command line asks for. */
export type CommandLine =
  | { command: 'help' }
  | { command: 'train'; settings: Settings }
  | { command: 'printSpec'; settings: Settings }
  | { command: 'clearCache'; folder: string; limits: CacheLimits };

/** What the flags say. Throws `ConfigError`. */
export function commandFromFlags(args: readonly string[]): CommandLine {
  const flags = parse(args);
  if (flags.help) return { command: 'help' };
  if (flags['clear-cache'] !== undefined) {
    const limits = limitsOf(flags['unused-days']);
    return { command: 'clearCache', folder: resolve(flags['clear-cache']), limits };
  }
  return { command: flags['print-spec'] ? 'printSpec' : 'train', settings: settingsOf(flags) };
}

/** Without a number of days everything goes; with one, what is older than that. */
function limitsOf(unusedDays: string | undefined): CacheLimits {
  if (unusedDays === undefined) return { bytes: 0, unusedSeconds: null };
  const days = Number(unusedDays);
  if (unusedDays.trim() === '' || !(days >= 0)) {
    throw new ConfigError(`--unused-days is "${unusedDays}"; it is a number of days, 0 or more`);
  }
  return { bytes: Infinity, unusedSeconds: days * 86_400 };
}

const recomputeSchema = computeSchema.shape.forceRecompute.unwrap();

function recomputeOf(stages: string | undefined): Settings['forceRecompute'] {
  if (stages === undefined) return null;
  const parsed = recomputeSchema.safeParse(stages.split(','));
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    `--force-recompute is "${stages}"; allowed: ${recomputeSchema.element.options.join(', ')}, with commas between`,
  );
}

function settingsOf(flags: ReturnType<typeof parse>): Settings {
  const isPrinted = flags['print-spec'] === true;
  const outputFlag = flags.output ?? flags['output-path'] ?? (isPrinted ? '.' : undefined);
  if (outputFlag === undefined || (flags.spec === undefined) === (flags['tfrecords-path'] === undefined)) {
    throw new ConfigError(
      'either --spec FILE or --tfrecords-path GLOB, and --output DIR are needed; --help tells more',
    );
  }
  const specFlags = specFlagsOf(flags);
  const defaults = defaultsFromEnvironment();
  const backend = backendChoiceSchema.safeParse(flags.backend ?? defaults.backend);
  if (!backend.success) {
    throw new ConfigError(
      `--backend is "${flags.backend}"; allowed: ${backendChoiceSchema.options.join(', ')}`,
    );
  }
  const workers = workerChoiceSchema.safeParse(flags.workers ?? defaults.workers);
  if (!workers.success) {
    throw new ConfigError(`--workers ${workers.error.issues[0]?.message}`);
  }
  const runId = newRunId();
  return {
    ...defaults,
    backend: backend.data,
    workers: workers.data,
    runId,
    modelVersion: runId,
    attempt: 1,
    stages: 'all',
    specFile: flags.spec === undefined ? null : specFileOf(flags.spec),
    specFlags,
    findBatchSize: flags['find-batch-size'] === true,
    dataFile: flags.data === undefined ? null : resolve(flags.data),
    forceRecompute: recomputeOf(flags['force-recompute']),
    ...storageOfOutput(outputFlag),
    callbacks: null,
    deadline: null,
    marginSeconds: 0,
    stopGraceSeconds: 10,
    profile: flags.profile === true,
  };
}

function specFileOf(path: string): string {
  if (!path.startsWith('gs://')) return resolve(path);
  throw new ConfigError(
    `--spec is "${path}"; it is a file of this machine: gcloud storage cp brings it here`,
  );
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const options = {
      spec: text,
      output: text,
      data: text,
      backend: text,
      workers: text,
      'force-recompute': text,
      'clear-cache': text,
      'unused-days': text,
      'output-path': text,
      'print-spec': { type: 'boolean' },
      'find-batch-size': { type: 'boolean' },
      profile: { type: 'boolean' },
      ...SPEC_FLAGS,
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}; --help tells more`);
  }
}
