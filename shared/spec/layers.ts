/**
 * The layers that towers are made of. Each is trained by the file of its name in the trainer's `model/layers`, and
 * served by that in the recommender's `layers`.
 */
import { z } from 'zod';
import { described } from '../described.js';

export const activationSchema = z.enum(['linear', 'relu', 'elu', 'gelu', 'tanh', 'sigmoid']);
export type Activation = z.infer<typeof activationSchema>;

export const initializerSchema = z.enum(['glorotUniform', 'heNormal', 'heUniform', 'normal']);
export type Initializer = z.infer<typeof initializerSchema>;

export const denseLayerSchema = z.strictObject({
  type: described(
    z.literal('dense'),
    'A fully connected layer, `y = activation(x W + b)`, whose `b` is 0 at the start.',
  ),
  units: described(z.int().min(1).max(4096), 'The width of the output.', 64),
  activation: described(
    activationSchema.default('relu'),
    'The function that is applied to each number of the output.',
  ),
  initializer: described(
    initializerSchema.default('glorotUniform'),
    'The distribution that the weights are drawn from at the start, as Keras has it under this name.',
  ),
});

export const dropoutLayerSchema = z.strictObject({
  type: described(
    z.literal('dropout'),
    'In training each number is 0 with probability `rate`, and divided by `1 - rate` otherwise. Elsewhere the layer does nothing.',
  ),
  rate: described(z.number().gt(0).lt(1), 'The probability that a number is 0.', 0.2),
});

export const batchNormLayerSchema = z.strictObject({
  type: described(
    z.literal('batchNorm'),
    'Each number less its mean and divided by its standard deviation, then scaled and shifted as trained. ' +
      'Mean and deviation are those of the batch in training, and their running values elsewhere.',
  ),
  momentum: described(
    z.number().min(0).lt(1).default(0.99),
    'The share that the running values keep of what they were at every step.',
    0.99,
  ),
  epsilon: described(
    z.number().gt(0).max(1).default(1e-3),
    'What is added to the variance, so that nothing is divided by zero.',
    0.001,
  ),
});

export const crossLayerSchema = z.strictObject({
  type: described(
    z.literal('cross'),
    'A cross network of `depth` layers, `x ← x₀ ⊙ (x W + b) + x`. Its output is as wide as its input.',
  ),
  depth: described(z.int().min(1).max(10).default(1), 'The number of its layers.', 2),
  rank: described(
    z.int().min(1).max(4096).optional(),
    'The width of the two narrow matrices whose product W is; W is one full matrix unless given.',
    16,
  ),
});

const plainLayers = [denseLayerSchema, dropoutLayerSchema, batchNormLayerSchema, crossLayerSchema] as const;

export const residualLayerSchema = z.strictObject({
  type: described(
    z.literal('residual'),
    'The input plus what the inner layers make of it, `y = x + f(x)`. The input is projected where the inner layers end in another width.',
  ),
  layers: described(
    z
      .array(z.discriminatedUnion('type', [...plainLayers]))
      .min(1)
      .max(10),
    'The inner layers, in their order. A residual layer cannot be among them.',
    [{ type: 'dense', units: 64 }],
  ),
});

export const layerSchema = z.discriminatedUnion('type', [...plainLayers, residualLayerSchema]);
export type Layer = z.infer<typeof layerSchema>;
export type LayerOf<T extends Layer['type']> = Extract<Layer, { type: T }>;
