import { z } from 'zod';
import { described } from '../described.js';

const rate = (fallback: number) =>
  described(
    z.number().gt(0).max(10).default(fallback),
    'The learning rate, per step of the optimizer. It is for the summed loss of a batch, as in TensorFlow Recommenders: how far a row moves the weights does not depend on how many others are in its batch.',
    fallback,
  );
const epsilon = {
  epsilon: described(
    z.number().gt(0).default(1e-7),
    'What is added to the divisor, so that nothing is divided by zero.',
    1e-7,
  ),
};

const moments = {
  learningRate: rate(0.001),
  beta1: described(
    z.number().min(0).lt(1).default(0.9),
    'The share that the running mean of the gradients keeps of what it was at every step.',
    0.9,
  ),
  beta2: described(
    z.number().min(0).lt(1).default(0.999),
    'The share that the running mean of the squared gradients keeps of what it was at every step.',
    0.999,
  ),
  ...epsilon,
};

export const optimizerSchema = described(
  z.discriminatedUnion('type', [
    z.strictObject({
      type: described(
        z.literal('adagrad'),
        'Adagrad: each weight has a rate of its own, which falls as its squared gradients add up.',
      ),
      learningRate: rate(0.1),
      initialAccumulator: described(
        z.number().min(0).default(0.1),
        'What the sums of squared gradients start from.',
        0.1,
      ),
      ...epsilon,
    }),
    z.strictObject({
      type: described(z.literal('adam'), 'Adam: running means of the gradients and of their squares.'),
      ...moments,
    }),
    z.strictObject({
      type: described(z.literal('adamw'), 'Adam with decay of the weights apart from the gradients.'),
      ...moments,
      weightDecay: described(
        z.number().min(0).max(1).default(0.01),
        'Each step takes the rate times this share of every embedding and weight, whether the step is about it or not.',
        0.01,
      ),
    }),
    z.strictObject({
      type: described(z.literal('sgd'), 'Stochastic gradient descent, with momentum where that is not 0.'),
      learningRate: rate(0.01),
      momentum: described(
        z.number().min(0).lt(1).default(0),
        'The share of the step before that is added to a step.',
        0.9,
      ),
      nesterov: described(
        z.boolean().default(false),
        "Whether the momentum is Nesterov's, which looks one step ahead.",
      ),
    }),
  ]),
  'The optimizer, which moves the weights at each step.',
);
export type OptimizerSpec = z.infer<typeof optimizerSchema>;
