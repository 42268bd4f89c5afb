import { resolve } from 'node:path';
import { computeSchema, newRunId } from '@trainyard/shared';
import { commandTable } from '@trainyard/shared/commandLine/commandTable';
import { commaSeparated } from '@trainyard/shared/commandLine/flags';
import { parseArguments } from '@trainyard/shared/commandLine/parseArguments';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import type { CacheLimits } from '../settings/limits.js';
import {
  defaultsFromEnvironment,
  productionOfFlag,
  storageOfOutput,
  type Settings,
} from '../settings/settings.js';
import { backendChoiceSchema, workerChoiceSchema } from '../settings/variables.js';
import { askedLists, LISTS_FLAGS, type AskedLists } from './listsFlags.js';
import { SPEC_FLAGS, specFlagsOf } from './specFlags.js';
import { TrainerError } from '../errors/trainerError.js';

const recomputeSchema = computeSchema.shape.forceRecompute.unwrap();
const recomputeFlag = commaSeparated.pipe(z.array(z.enum(recomputeSchema.element.options)));
const daysFlag = z
  .string()
  .transform((text) => (text.trim() === '' ? NaN : Number(text)))
  .refine((days) => days >= 0, 'it is a number of days, 0 or more');

/** The command line of the trainer. */
export const TRAINER = commandTable({
  name: 'node trainer-job/dist/main.js',
  summary: 'Trains one two-tower model without a control plane.',
  positionals: {},
  flags: {
    spec: { value: 'FILE', description: 'the specification, JSON' },
    output: {
      value: 'DIR',
      description:
        'gets checkpoints/, model/ and cache/; the same command goes on where it stopped; or gs://BUCKET/PATH',
    },
    data: { value: 'FILE', description: 'CSV, JSONL or Parquet instead of the specification’s source' },
    production: {
      value: 'FOLDER',
      description:
        'the model folder of the version that serves, or gs://BUCKET/PATH: the new model is compared with it',
    },
    backend: {
      value: 'NAME',
      description: 'what computes; auto unless given',
      schema: backendChoiceSchema.optional(),
    },
    workers: {
      value: 'N',
      description:
        'threads that compute each step together; auto: as many as there are cores, where that is known to be faster; 1 unless given',
      schema: z.string().optional(),
    },
    'force-recompute': {
      value: 'STAGES',
      description:
        'ingest, validate, transform or several of them, with commas between: done again although the cache has their output',
      schema: recomputeFlag.optional(),
    },
    'clear-cache': {
      value: 'DIR',
      description:
        'removes what DIR, a cache, holds and no run has used for half an hour, or for --unused-days, and ends',
    },
    'unused-days': {
      value: 'N',
      description: 'with --clear-cache: removes only what no run has used for so many days',
      schema: daysFlag.optional(),
    },
    inspect: {
      value: 'FILE',
      description:
        'prints as JSON which columns a CSV, JSON-lines or Parquet file has, what they hold, and how they can be read, and ends',
    },
    'print-spec': { description: 'prints the specification with every default, and ends' },
    'find-batch-size': {
      description:
        'tries batches of 256, 512, … on this machine (from 8 on where memory is short), tells how fast they are, and ends',
    },
    profile: { description: 'writes profile.json to the output: where the time of an epoch goes' },
    ...SPEC_FLAGS,
    ...LISTS_FLAGS,
  },
  examples: [
    'node trainer-job/dist/main.js --spec spec.json --output out',
    'node trainer-job/dist/main.js --spec spec.json --data purchases.parquet --output out --epochs 3 --seed 7',
    'node trainer-job/dist/main.js --recommend out/model --out recs.parquet --k 20',
  ],
  notes: [
    'Either --spec FILE or --tfrecords-path GLOB, and --output DIR are needed to train. Without --spec, and unless given, there are 150 epochs, batches of 4096, adam at 0.001 with --lr-scaling sqrt, and 1000 steps of warm-up.',
    'Relative paths, those in the specification too, start from the current folder (TRAINYARD_DATA_BASE names another one). Without flags it runs as a job of a control plane and reads RUN_ID, ATTEMPT, SPEC_URI, ARTIFACT_URI, CALLBACK_URL, RUN_SECRET and DEADLINE from the environment.',
  ],
  exitCodes: [
    {
      code: 0,
      summary: 'done',
      explanation:
        'Everything that was asked for is done and, in a job, the control plane has acknowledged the last word.',
    },
    {
      code: 2,
      summary: 'bad specification or data',
      explanation:
        'A flag, the environment, the specification or the data is wrong. Correct what the message names: ' +
        'the same attempt would end the same, so the control plane starts no other.',
    },
    {
      code: 75,
      summary: 'try again',
      explanation:
        'Something failed that may not fail again, the deadline of the attempt is near, or nobody acknowledged the last word. ' +
        'The next attempt goes on from the last checkpoint.',
    },
    {
      code: 130,
      summary: 'interrupted twice',
      explanation: 'A second Ctrl-C ended it without waiting for the checkpoint of the first one.',
    },
    {
      code: 143,
      summary: 'stopped',
      explanation:
        'The control plane said stop, or SIGTERM or SIGINT came. What was trained is saved in a checkpoint, and the same command goes on from there.',
    },
  ],
});

/** What the command line asks for. */
export type CommandLine =
  | { command: 'help' }
  | { command: 'train'; settings: Settings }
  | { command: 'printSpec'; settings: Settings }
  | { command: 'lists'; asked: AskedLists; stopsWithInput: boolean }
  | { command: 'inspect'; file: string }
  | { command: 'clearCache'; folder: string; limits: CacheLimits };

/** What the flags say. Throws `TrainerError`. */
export function commandFromFlags(args: readonly string[]): CommandLine {
  const flags = parsed(args);
  if (flags === 'help') return { command: 'help' };
  if (flags['clear-cache'] !== undefined) {
    const limits = limitsOf(flags['unused-days']);
    return { command: 'clearCache', folder: resolve(flags['clear-cache']), limits };
  }
  if (flags.inspect !== undefined) return { command: 'inspect', file: resolve(flags.inspect) };
  const asked = askedLists(flags);
  if (asked) return { command: 'lists', asked, stopsWithInput: flags['stop-with-input'] };
  return { command: flags['print-spec'] ? 'printSpec' : 'train', settings: settingsOf(flags) };
}

/** Without a number of days everything goes; with one, what is older than that. */
function limitsOf(days: number | undefined): CacheLimits {
  if (days === undefined) return { bytes: 0, unusedSeconds: null };
  return { bytes: Infinity, unusedSeconds: days * 86_400 };
}

function settingsOf(flags: Exclude<ReturnType<typeof parsed>, 'help'>): Settings {
  const isPrinted = flags['print-spec'];
  const outputFlag = flags.output ?? flags['output-path'] ?? (isPrinted ? '.' : undefined);
  if (outputFlag === undefined || (flags.spec === undefined) === (flags['tfrecords-path'] === undefined)) {
    throw new TrainerError(
      'invalid-settings',
      'either --spec FILE or --tfrecords-path GLOB, and --output DIR are needed; --help tells more',
      null,
    );
  }
  const specFlags = specFlagsOf(flags);
  const defaults = defaultsFromEnvironment();
  const workers = workerChoiceSchema.safeParse(flags.workers ?? defaults.workers);
  if (!workers.success) {
    throw new TrainerError('invalid-settings', `--workers ${workers.error.issues[0]?.message}`, null);
  }
  const runId = newRunId();
  return {
    ...defaults,
    backend: flags.backend ?? defaults.backend,
    workers: workers.data,
    runId,
    cuts: [],
    quickRunId: null,
    quickResult: null,
    inSweep: null,
    modelVersion: runId,
    attempt: 1,
    stages: 'all',
    specFile: flags.spec === undefined ? null : specFileOf(flags.spec),
    specFlags,
    findBatchSize: flags['find-batch-size'],
    dataFile: flags.data === undefined ? null : resolve(flags.data),
    forceRecompute: flags['force-recompute'] ?? null,
    ...storageOfOutput(outputFlag),
    production: flags.production === undefined ? null : productionOfFlag(flags.production),
    callbacks: null,
    deadline: null,
    marginSeconds: 0,
    stopGraceSeconds: 10,
    profile: flags.profile,
  };
}

function specFileOf(path: string): string {
  if (!path.startsWith('gs://')) return resolve(path);
  throw new TrainerError(
    'invalid-settings',
    `--spec is "${path}"; it is a file of this machine: gcloud storage cp brings it here`,
    null,
  );
}

/** A mistake in the flags ends the process as one in the environment does. */
function parsed(args: readonly string[]) {
  try {
    return parseArguments(TRAINER, args);
  } catch (error) {
    if (error instanceof UserError)
      throw new TrainerError('invalid-settings', `${error.message}; --help tells more`, null, {
        cause: error,
      });
    throw error;
  }
}
