/**
 * The layers that towers are made of. Each is trained by the file of its name in the trainer's `model/layers`, and
 * served by that in the recommender's `layers`.
 */
import { z } from 'zod';

export const activationSchema = z.enum(['linear', 'relu', 'elu', 'gelu', 'tanh', 'sigmoid']);
export type Activation = z.infer<typeof activationSchema>;

export const initializerSchema = z.enum(['glorotUniform', 'heNormal', 'heUniform', 'normal']);
export type Initializer = z.infer<typeof initializerSchema>;

/** A fully connected layer, `y = activation(x W + b)`, with `b` 0 at the start. */
export const denseLayerSchema = z.strictObject({
  type: z.literal('dense'),
  units: z.int().min(1).max(4096),
  activation: activationSchema.default('relu'),
  initializer: initializerSchema.default('glorotUniform'),
});

/** In training each number is 0 with probability `rate`, and divided by `1 - rate` else. */
export const dropoutLayerSchema = z.strictObject({
  type: z.literal('dropout'),
  rate: z.number().gt(0).lt(1),
});

/**
 * Each number less its mean and divided by its standard deviation, then scaled and shifted as trained: in training those of
 * the batch, else their running values, which keep the share `momentum` of what they were at every step.
 */
export const batchNormLayerSchema = z.strictObject({
  type: z.literal('batchNorm'),
  momentum: z.number().min(0).lt(1).default(0.99),
  epsilon: z.number().gt(0).max(1).default(1e-3),
});

/** A cross network of `depth` layers, `x ← x₀ ⊙ (x W + b) + x`; with a `rank`, W is the product of two narrow matrices. */
export const crossLayerSchema = z.strictObject({
  type: z.literal('cross'),
  depth: z.int().min(1).max(10).default(1),
  rank: z.int().min(1).max(4096).optional(),
});

const plainLayers = [denseLayerSchema, dropoutLayerSchema, batchNormLayerSchema, crossLayerSchema] as const;

/** `y = x + f(x)`, where `f` are the inner layers; `x` is projected where they end in another width. */
export const residualLayerSchema = z.strictObject({
  type: z.literal('residual'),
  layers: z
    .array(z.discriminatedUnion('type', [...plainLayers]))
    .min(1)
    .max(10),
});

export const layerSchema = z.discriminatedUnion('type', [...plainLayers, residualLayerSchema]);
export type Layer = z.infer<typeof layerSchema>;
export type LayerOf<T extends Layer['type']> = Extract<Layer, { type: T }>;
