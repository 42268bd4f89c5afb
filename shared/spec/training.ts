import { z } from 'zod';
import { described } from '../described.js';
import { negativesSchema } from './negatives.js';
import { optimizerSchema } from './optimizer.js';
import { retrievalLossSchema } from './losses/retrievalLoss.js';
import { monitorSchema, scheduleSchema } from './schedule.js';
import { seedSchema, seedsSchema } from './seeds.js';

export const earlyStoppingSchema = z.strictObject({
  monitor: monitorSchema,
  patience: described(
    z.int().min(1).default(5),
    'The number of epochs without a better value of the monitored metric after which training stops.',
    5,
  ),
  minDelta: described(
    z.number().min(0).default(0),
    'The least change of the metric that counts as an improvement.',
    0.001,
  ),
});
export type EarlyStopping = z.infer<typeof earlyStoppingSchema>;

export const clippingSchema = described(
  z.strictObject({
    type: described(
      z.enum(['value', 'norm', 'globalNorm']),
      "What is limited, as in TensorFlow: each element of the gradients, each parameter's norm, or the norm of all of them together.",
    ),
    limit: described(z.number().gt(0), 'The greatest value or norm that is allowed.', 1),
  }),
  'Limits of the gradients of a step; none unless given.',
);
export type Clipping = z.infer<typeof clippingSchema>;

export const regularizationSchema = described(
  z.strictObject({
    l1: described(
      z.number().min(0).max(100).default(0),
      "The factor of Σ|w| over the weights of the towers' layers.",
      0.0001,
    ),
    l2: described(
      z.number().min(0).max(100).default(0),
      "The factor of ½ · Σw² over the weights of the towers' layers.",
      0.0001,
    ),
    activityL2: described(
      z.number().min(0).max(100).default(0),
      'The factor of ½ · Σy² over the outputs of both towers, of each user and item that the step takes through them.',
      0.0001,
    ),
  }),
  'Penalties that are added once a step to the summed loss. The reported loss is without them.',
);

const dropoutRate = z.number().min(0).lt(1);

export const augmentationSchema = described(
  z.strictObject({
    lookupDropout: described(
      z.union([dropoutRate, z.record(z.string(), dropoutRate)]).default(0),
      'The probability that the value of a lookup counts as unknown, so that the embedding of unknown values is learned. Without it, it is the mean of the known ones. ' +
        'One number for all lookups, or one for each by the name of the feature: of an id it teaches the tower to do with the other features.',
      0.1,
      { product: 0.3 },
    ),
    wordDropout: described(
      z.number().min(0).lt(1).default(0),
      'The probability that a word, or pair of words, of a text is left out.',
      0.1,
    ),
    numberNoise: described(
      z.number().min(0).max(10).default(0),
      'The standard deviation of what is added to standardised numbers. Their squares and indicators stay.',
      0.05,
    ),
  }),
  'Changes at random of what training sees, for each entity of a batch anew, and never of what is evaluated; none unless given.',
);

export const checkpointingSchema = described(
  z.strictObject({
    everyEpochs: described(
      z.int().min(1).default(1),
      'The number of epochs between two checkpoints. Each new best and a stop are saved in any case.',
      1,
    ),
    everySeconds: described(
      z.number().min(0.1).max(86_400).optional(),
      'The time between two checkpoints within an epoch, in seconds; none there unless given.',
      300,
    ),
    keepBest: described(
      z.int().min(1).default(3),
      'The number of best checkpoints that are kept, besides the newest.',
      3,
    ),
  }),
  'When training is saved, and how many checkpoints are kept.',
);

export const trainingSchema = z.strictObject({
  epochs: described(
    z.int().min(1).max(10_000).default(20),
    'The number of times that training goes through the training rows, at most; 15 to 30 are usual.',
    20,
  ),
  maxSteps: described(
    z.int().min(1).max(1_000_000_000).optional(),
    'The number of steps of the optimizer after which training ends. The epoch at hand is cut short and evaluated; unlimited unless given.',
    100_000,
  ),
  maxSeconds: described(
    z.number().min(1).max(31_536_000).optional(),
    'The time in seconds after which training ends. The epoch at hand is cut short and evaluated; unlimited unless given. ' +
      'Training and evaluation of all attempts count.',
    3600,
  ),
  batchSize: described(
    z.int().min(1).max(1_048_576).default(8192),
    'The number of rows in a batch; 4,096 to 16,384 are usual.',
    8192,
  ),
  optimizer: optimizerSchema.prefault({ type: 'adagrad' }),
  lrScaling: described(
    z.enum(['none', 'sqrt', 'linear']).default('none'),
    'How the learning rate follows the number of rows in a step. For `baseBatchSize` rows it is that of the optimizer; for others it is ' +
      'multiplied with how many times as many they are (`linear`), or with the square root of that (`sqrt`).',
  ),
  baseBatchSize: described(
    z.int().min(1).max(1_048_576).default(4096),
    'The number of rows in a step that the learning rate of the optimizer is meant for; `lrScaling` uses it.',
    4096,
  ),
  warmupSteps: described(
    z.int().min(0).max(10_000_000).default(0),
    'The number of steps over which the learning rate rises to its full value. It rises linearly, on top of the schedule.',
    1000,
  ),
  schedule: scheduleSchema.prefault({ type: 'constant' }),
  accumulateSteps: described(
    z.int().min(1).max(10_000).default(1),
    'The number of batches that make one step of the optimizer: their gradients are added up.',
    4,
  ),
  clipping: clippingSchema.optional(),
  regularization: regularizationSchema.prefault({}),
  negatives: negativesSchema.prefault({ type: 'catalogue' }),
  loss: retrievalLossSchema.prefault({ type: 'softmax' }),
  scoreMegabytes: described(
    z.number().min(1).max(65_536).default(8),
    'The size in MB of the parts that scores of queries and items are computed in, two at a time. ' +
      'It bounds the memory of a step and of the evaluation; more than 8 gains little on a CPU.',
    8,
  ),
  embeddingL2: described(
    z.number().min(0).max(1).default(0),
    'The L2 penalty on the embedding rows of a batch: each row that was gathered adds this times itself to its gradient.',
    0.00001,
  ),
  augmentation: augmentationSchema.optional(),
  earlyStopping: described(
    z.union([earlyStoppingSchema, z.literal(false)]).prefault({}),
    'When training stops because it gets no better; the weights of the best epoch are kept. `false` trains all epochs and keeps the last.',
  ),
  seed: seedSchema.default(42),
  seeds: seedsSchema.optional(),
  checkpoint: checkpointingSchema.prefault({}),
});
export type Training = z.infer<typeof trainingSchema>;
