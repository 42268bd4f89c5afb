/** What flags say of the specification: parts of one in a file, or the whole of a simple one over record files. */
import { isRecord, trainingSpecSchema } from '@trainyard/shared';
import { commaSeparated, type FlagValues } from '@trainyard/shared/commandLine/flags';
import { fieldChoices, fieldDescription } from '@trainyard/shared/commandLine/fieldDescription';
import { z } from 'zod';
import type { SpecFlags } from '../settings/settings.js';
import { TrainerError } from '../errors/trainerError.js';

const numberFlag = z
  .string()
  .transform((text) => (text.trim() === '' ? NaN : Number(text)))
  .refine(Number.isFinite, 'it is a number')
  .optional();

const SPEC = 'Parts of the specification, in place of what it says';
const RECORDS = 'Without --spec, of records of tf.train.Example';

/** A flag that sets a field of the specification is described as the field is. */
const specFlag = (value: string, path: readonly string[]) => ({
  group: SPEC,
  value,
  description: withChoices(fieldDescription(trainingSpecSchema, path), [
    ...fieldChoices(trainingSpecSchema, path),
    ...fieldChoices(trainingSpecSchema, [...path, 'type']),
  ]),
});
const specNumber = (value: string, path: readonly string[]) => ({
  ...specFlag(value, path),
  schema: numberFlag,
});

function withChoices(description: string, choices: readonly string[]): string {
  return choices.length === 0 ? description : `${description}: ${choices.join(', ')}`;
}

export const SPEC_FLAGS = {
  epochs: specNumber('N', ['training', 'epochs']),
  'batch-size': specNumber('N', ['training', 'batchSize']),
  optimizer: specFlag('NAME', ['training', 'optimizer']),
  'learning-rate': specNumber('X', ['training', 'optimizer', 'learningRate']),
  'lr-scaling': specFlag('NAME', ['training', 'lrScaling']),
  'warmup-steps': specNumber('N', ['training', 'warmupSteps']),
  seed: specNumber('N', ['training', 'seed']),
  'max-steps': specNumber('N', ['training', 'maxSteps']),
  'max-seconds': specNumber('X', ['training', 'maxSeconds']),
  patience: specNumber('N', ['training', 'earlyStopping', 'patience']),
  'vocabularies-path': specFlag('FILE', ['dataset', 'vocabularies']),
  'tfrecords-path': { group: RECORDS, value: 'GLOB', description: 'the files; a path, or gs://…' },
  'query-id': {
    group: RECORDS,
    value: 'COLUMN',
    description: 'the feature of the records that says the user',
  },
  'candidate-id': { group: RECORDS, value: 'COLUMN', description: 'the one that says the item' },
  'metadata-path': {
    group: RECORDS,
    value: 'FILE',
    description: 'a table of the items, joined by the candidate’s id; goes with --metadata-columns',
  },
  'metadata-columns': {
    group: RECORDS,
    value: 'A,B',
    description: 'the columns of that table which become features',
    schema: commaSeparated.transform((columns) => columns.filter((column) => column !== '')).default([]),
  },
  'output-path': { group: RECORDS, value: 'DIR', description: 'the same as --output' },
} as const;

type SpecFlagValues = FlagValues<typeof SPEC_FLAGS>;

/** Checks the form alone: the schema of the specification knows what values may be. Throws `TrainerError`. */
export function specFlagsOf(flags: SpecFlagValues): SpecFlags {
  const records = flags['tfrecords-path'];
  for (const name of ['query-id', 'candidate-id', 'metadata-path', 'metadata-columns'] as const) {
    const isGiven = flags[name] !== undefined && flags[name].length > 0;
    if (isGiven && records === undefined) {
      throw new TrainerError(
        'invalid-settings',
        `--${name} goes with --tfrecords-path; a specification in a file says it itself`,
        null,
      );
    }
  }
  const given = { training: trainingOf(flags), vocabularies: flags['vocabularies-path'] };
  if (records === undefined) return { base: null, ...given };
  return { base: { ...recordsSpec(records, flags), training: RECIPE }, ...given };
}

const RECIPE = {
  epochs: 150,
  batchSize: 4096,
  optimizer: { type: 'adam', learningRate: 0.001 },
  lrScaling: 'sqrt',
  warmupSteps: 1000,
};

function recordsSpec(uri: string, flags: SpecFlagValues): Record<string, unknown> {
  const { 'query-id': user, 'candidate-id': item, 'metadata-path': table } = flags;
  if (user === undefined || item === undefined) {
    throw new TrainerError(
      'invalid-settings',
      '--tfrecords-path needs --query-id COLUMN and --candidate-id COLUMN, or a --spec instead',
      null,
    );
  }
  const columns = flags['metadata-columns'];
  if ((table === undefined) !== (columns.length === 0)) {
    throw new TrainerError(
      'invalid-settings',
      '--metadata-path and --metadata-columns A,B belong together',
      null,
    );
  }
  return {
    dataset: {
      source: { uri, format: 'tfrecord' },
      ...(table !== undefined && {
        tables: { metadata: { uri: table } },
        joins: [
          {
            table: 'metadata',
            on: { [item]: item },
            columns: Object.fromEntries(columns.map((column) => [column, column])),
          },
        ],
      }),
    },
    features: {
      query: [{ column: user, transform: 'lookup', id: true }],
      candidate: [
        { column: item, transform: 'lookup', id: true },
        ...columns.map((column) => ({ column, transform: 'lookup' })),
      ],
    },
  };
}

function trainingOf(flags: SpecFlagValues): Record<string, unknown> {
  const { optimizer } = flags;
  const learningRate = flags['learning-rate'];
  const patience = flags.patience;
  return without({
    epochs: flags.epochs,
    maxSteps: flags['max-steps'],
    maxSeconds: flags['max-seconds'],
    batchSize: flags['batch-size'],
    lrScaling: flags['lr-scaling'],
    warmupSteps: flags['warmup-steps'],
    seed: flags.seed,
    optimizer:
      optimizer === undefined && learningRate === undefined
        ? undefined
        : without({ type: optimizer, learningRate }),
    earlyStopping: patience === undefined ? undefined : { patience },
  });
}

function without(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** A specification with what the flags say. Another optimizer keeps nothing of the one before. */
export function withFlags(spec: unknown, { training, vocabularies }: SpecFlags): unknown {
  if (!isRecord(spec)) return spec;
  return withTraining(
    vocabularies === undefined
      ? spec
      : { ...spec, dataset: { ...(isRecord(spec['dataset']) && spec['dataset']), vocabularies } },
    training,
  );
}

function withTraining(
  spec: Record<string, unknown>,
  training: SpecFlags['training'],
): Record<string, unknown> {
  if (Object.keys(training).length === 0) return spec;
  const before = isRecord(spec['training']) ? spec['training'] : {};
  const merged = { ...before, ...training };
  for (const part of ['optimizer', 'earlyStopping'] as const) {
    const [own, changed] = [before[part], training[part]];
    if (!isRecord(changed)) continue;
    const isOther = changed['type'] !== undefined && isRecord(own) && own['type'] !== changed['type'];
    const start = part === 'optimizer' ? { type: 'adagrad' } : {};
    merged[part] = { ...start, ...(isRecord(own) && !isOther ? own : {}), ...changed };
  }
  return { ...spec, training: merged };
}
