import { z } from 'zod';
import { negativesSchema } from './negatives.js';
import { optimizerSchema } from './optimizer.js';
import { monitorSchema, scheduleSchema } from './schedule.js';
import { seedSchema, seedsSchema } from './seeds.js';

export const earlyStoppingSchema = z.strictObject({
  monitor: monitorSchema,
  patience: z.int().min(1).default(5),
  minDelta: z.number().min(0).default(0),
});
export type EarlyStopping = z.infer<typeof earlyStoppingSchema>;

/** Limits of the gradients of a step, as in TensorFlow: of each element, of each parameter's norm, or of the norm of all. */
export const clippingSchema = z.strictObject({
  type: z.enum(['value', 'norm', 'globalNorm']),
  limit: z.number().gt(0),
});
export type Clipping = z.infer<typeof clippingSchema>;

/** Penalties that are added once a step to the summed loss; the reported loss is without them. */
export const regularizationSchema = z.strictObject({
  /** l1 · Σ|w| over the weights of the towers' layers. */
  l1: z.number().min(0).max(100).default(0),
  /** ½ · l2 · Σw² over the same. */
  l2: z.number().min(0).max(100).default(0),
  /** ½ · activityL2 · Σy² over the outputs of both towers, of each user and item that the step takes through them. */
  activityL2: z.number().min(0).max(100).default(0),
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
  /**
   * Training ends after so many steps of the optimizer, or seconds of training and evaluation over all attempts, if `epochs` have
   * not ended it before: the epoch at hand is cut short and evaluated.
   */
  maxSteps: z.int().min(1).max(1_000_000_000).optional(),
  maxSeconds: z.number().min(1).max(31_536_000).optional(),
  batchSize: z.int().min(1).max(1_048_576).default(8192),
  optimizer: optimizerSchema.prefault({ type: 'adagrad' }),
  /**
   * The optimizer's rate is for batches of `baseBatchSize` rows; for others it is times the root (`sqrt`) of how many times
   * as large they are, or times that itself (`linear`).
   */
  lrScaling: z.enum(['none', 'sqrt', 'linear']).default('none'),
  baseBatchSize: z.int().min(1).max(1_048_576).default(4096),
  /** The rate rises linearly over the first so many steps, on top of the schedule. */
  warmupSteps: z.int().min(0).max(10_000_000).default(0),
  schedule: scheduleSchema.prefault({ type: 'constant' }),
  /** So many batches make one step of the optimizer: their gradients are added up. */
  accumulateSteps: z.int().min(1).max(10_000).default(1),
  clipping: clippingSchema.optional(),
  regularization: regularizationSchema.prefault({}),
  negatives: negativesSchema.prefault({ type: 'catalogue' }),
  /** Scores of queries and items are computed in parts of so many MB, two at a time; more than 8 gain little on a CPU. */
  scoreMegabytes: z.number().min(1).max(65_536).default(8),
  /** L2 penalty on the embedding rows of a batch: each row that was gathered adds `l2 · row` to its gradient. */
  embeddingL2: z.number().min(0).max(1).default(0),
  /** Changes of what training sees, at random and never of what is evaluated; none unless given. */
  augmentation: augmentationSchema.optional(),
  /** Stops when the monitored metric has not improved for `patience` epochs. `false` trains every epoch. */
  earlyStopping: z.union([earlyStoppingSchema, z.literal(false)]).prefault({}),
  seed: seedSchema.default(42),
  /** Of single purposes, where they are not to follow `seed`. */
  seeds: seedsSchema.optional(),
  checkpoint: z
    .strictObject({
      everyEpochs: z.int().min(1).default(1),
      /** Within epochs too, so often. */
      everySeconds: z.number().min(0.1).max(86_400).optional(),
      keepBest: z.int().min(1).default(3),
    })
    .prefault({}),
});
export type Training = z.infer<typeof trainingSchema>;
