import { z } from 'zod';

const rate = (fallback: number) => z.number().gt(0).max(10).default(fallback);

const moments = {
  learningRate: rate(0.001),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  epsilon: z.number().gt(0).default(1e-7),
};

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
  z.strictObject({ type: z.literal('adam'), ...moments }),
  z.strictObject({
    type: z.literal('adamw'),
    ...moments,
    /** Each step takes `rate · weightDecay` of every embedding and weight, whether the step is about it or not. */
    weightDecay: z.number().min(0).max(1).default(0.01),
  }),
  z.strictObject({
    type: z.literal('sgd'),
    learningRate: rate(0.01),
    momentum: z.number().min(0).lt(1).default(0),
    nesterov: z.boolean().default(false),
  }),
]);
export type OptimizerSpec = z.infer<typeof optimizerSchema>;
