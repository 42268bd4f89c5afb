/** What flags say of the specification: parts of one in a file, or the whole of a simple one over record files. */
import { ConfigError, type SpecFlags } from '../config.js';

const text = { type: 'string' } as const;
export const SPEC_FLAGS = {
  'tfrecords-path': text,
  'query-id': text,
  'candidate-id': text,
  'metadata-path': text,
  'metadata-columns': text,
  'vocabularies-path': text,
  epochs: text,
  'max-steps': text,
  'max-seconds': text,
  'batch-size': text,
  optimizer: text,
  'learning-rate': text,
  'lr-scaling': text,
  'warmup-steps': text,
  patience: text,
  seed: text,
} as const;

export const SPEC_FLAGS_HELP = `  Parts of the specification, in place of what it says:
  --epochs N  --batch-size N  --learning-rate X  --lr-scaling none|sqrt|linear  --warmup-steps N  --seed N
  --optimizer adagrad|adam|adamw|sgd
  --max-steps N  --max-seconds X
                   ends the training earlier, within an epoch too
  --patience N     epochs without a better val_loss before it stops

  Without --spec, of records of tf.train.Example:
  --tfrecords-path GLOB    the files; a path, or gs://…
  --query-id COLUMN        the feature of the records that says the user, and
  --candidate-id COLUMN    the one that says the item
  --metadata-path FILE --metadata-columns A,B
                           a table of the items, joined by the candidate's id, and the columns that become features
  --output-path DIR        the same as --output
  Then unless given: 150 epochs, batches of 4096, adam at 0.001 with --lr-scaling sqrt, 1000 steps of warm-up.
`;

type Flags = Readonly<Partial<Record<keyof typeof SPEC_FLAGS, string | undefined>>>;

/** Checks the form alone: the schema of the specification knows what values may be. Throws `ConfigError`. */
export function specFlagsOf(flags: Flags): SpecFlags {
  const records = flags['tfrecords-path'];
  if (flags['vocabularies-path'] !== undefined) {
    throw new ConfigError(
      '--vocabularies-path is not taken: vocabularies are made of the training rows, and stand in the model’s artifacts; ' +
        'leave it away, and limit them by minCount and maxSize of a specification’s features',
    );
  }
  for (const name of ['query-id', 'candidate-id', 'metadata-path', 'metadata-columns'] as const) {
    if (flags[name] !== undefined && records === undefined) {
      throw new ConfigError(`--${name} goes with --tfrecords-path; a specification in a file says it itself`);
    }
  }
  const given = trainingOf(flags);
  if (records === undefined) return { base: null, training: given };
  return { base: { ...recordsSpec(records, flags), training: RECIPE }, training: given };
}

const RECIPE = {
  epochs: 150,
  batchSize: 4096,
  optimizer: { type: 'adam', learningRate: 0.001 },
  lrScaling: 'sqrt',
  warmupSteps: 1000,
};

function recordsSpec(uri: string, flags: Flags): Record<string, unknown> {
  const { 'query-id': user, 'candidate-id': item, 'metadata-path': table } = flags;
  if (user === undefined || item === undefined) {
    throw new ConfigError(
      '--tfrecords-path needs --query-id COLUMN and --candidate-id COLUMN, or a --spec instead',
    );
  }
  const columns = flags['metadata-columns']?.split(',').filter((column) => column !== '') ?? [];
  if ((table === undefined) !== (columns.length === 0)) {
    throw new ConfigError('--metadata-path and --metadata-columns A,B belong together');
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

function trainingOf(flags: Flags): Record<string, unknown> {
  const { optimizer } = flags;
  const learningRate = number(flags, 'learning-rate');
  const patience = number(flags, 'patience');
  return without({
    epochs: number(flags, 'epochs'),
    maxSteps: number(flags, 'max-steps'),
    maxSeconds: number(flags, 'max-seconds'),
    batchSize: number(flags, 'batch-size'),
    lrScaling: flags['lr-scaling'],
    warmupSteps: number(flags, 'warmup-steps'),
    seed: number(flags, 'seed'),
    optimizer:
      optimizer === undefined && learningRate === undefined
        ? undefined
        : without({ type: optimizer, learningRate }),
    earlyStopping: patience === undefined ? undefined : { patience },
  });
}

function number(flags: Flags, name: keyof Flags): number | undefined {
  const value = flags[name];
  if (value === undefined) return undefined;
  if (value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  throw new ConfigError(`--${name} is "${value}"; it is a number`);
}

function without(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** A specification with what the flags say. Another optimizer keeps nothing of the one before. */
export function withFlags(spec: unknown, { training }: SpecFlags): unknown {
  if (Object.keys(training).length === 0 || !isRecord(spec)) return spec;
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
