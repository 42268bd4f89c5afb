import { z } from 'zod';
import { negativesSchema } from './negatives.js';

const rate = (fallback: number) => z.number().gt(0).max(10).default(fallback);

/**
 * Learning rates are per step, on the summed loss of the batch, as in TensorFlow Recommenders: a row's update does not
 * depend on how many others are in its batch.
 */
export const optimizerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('adagrad'),
    learningRate: rate(0.1),
    initialAccumulator: z.number().min(0).default(0.1),
    epsilon: z.number().gt(0).default(1e-7),
  }),
  z.strictObject({
    type: z.literal('adam'),
    learningRate: rate(0.001),
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    epsilon: z.number().gt(0).default(1e-7),
  }),
  z.strictObject({ type: z.literal('sgd'), learningRate: rate(0.01) }),
]);
export type OptimizerSpec = z.infer<typeof optimizerSchema>;

export const earlyStoppingSchema = z.strictObject({
  monitor: z
    .string()
    .regex(
      /^(val_loss|recall_at_[1-9][0-9]*)$/,
      'must be val_loss or recall_at_K (both on the validation split)',
    )
    .default('val_loss'),
  patience: z.int().min(1).default(5),
  minDelta: z.number().min(0).default(0),
});

/** Each is a probability or a size, of each entity of a batch anew; the same seed changes the same. */
export const augmentationSchema = z.strictObject({
  /** A lookup's value counts as unknown, so that the embedding of unknown values learns something. */
  lookupDropout: z.number().min(0).lt(1).default(0),
  /** A word, or pair of words, of a text is left out. */
  wordDropout: z.number().min(0).lt(1).default(0),
  /** Standard deviation of what is added to standardised numbers; their squares and indicators stay. */
  numberNoise: z.number().min(0).max(10).default(0),
});

export const trainingSchema = z.strictObject({
  epochs: z.int().min(1).max(10_000).default(20),
  batchSize: z.int().min(1).max(1_048_576).default(8192),
  optimizer: optimizerSchema.prefault({ type: 'adagrad' }),
  negatives: negativesSchema.prefault({ type: 'catalogue' }),
  /** Scores of queries and items are computed in parts of so many MB, two at a time; more than 8 gains nothing on a CPU. */
  scoreMegabytes: z.number().min(1).max(65_536).default(8),
  /** L2 penalty on the embedding rows of a batch: each row that was gathered adds `l2 · row` to its gradient. */
  embeddingL2: z.number().min(0).max(1).default(0),
  /** Changes of what training sees, at random and never of what is evaluated; none unless given. */
  augmentation: augmentationSchema.optional(),
  /** Stops when the monitored metric has not improved for `patience` epochs. `false` trains every epoch. */
  earlyStopping: z.union([earlyStoppingSchema, z.literal(false)]).prefault({}),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(42),
  checkpoint: z
    .strictObject({ everyEpochs: z.int().min(1).default(1), keepBest: z.int().min(1).default(3) })
    .prefault({}),
});
export type Training = z.infer<typeof trainingSchema>;
