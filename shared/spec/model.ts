import { z } from 'zod';

export const activationSchema = z.enum(['linear', 'relu']);

/** A fully connected layer, `y = activation(x W + b)`, Glorot-uniform `W`, zero `b`. */
export const denseLayerSchema = z.strictObject({
  type: z.literal('dense'),
  units: z.int().min(1).max(4096),
  activation: activationSchema.default('relu'),
});
export const layerSchema = z.discriminatedUnion('type', [denseLayerSchema]);
export type Layer = z.infer<typeof layerSchema>;

/**
 * A tower takes the concatenated embeddings of its features through its layers. No layers: the embeddings are the
 * output. Both towers must end in the same width.
 */
export const towerSchema = z.strictObject({
  layers: z
    .array(layerSchema)
    .max(20)
    .default([
      { type: 'dense', units: 128, activation: 'relu' },
      { type: 'dense', units: 64, activation: 'relu' },
      { type: 'dense', units: 32, activation: 'linear' },
    ]),
});

export const modelSchema = z.strictObject({
  type: z.enum(['retrieval']).default('retrieval'),
  query: towerSchema.prefault({}),
  candidate: towerSchema.prefault({}),
  /** `dot`: score = q·c / temperature. `cosine`: both vectors have length 1 first. */
  similarity: z.enum(['dot', 'cosine']).default('dot'),
  temperature: z.number().gt(0).max(100).default(1),
});
export type Model = z.infer<typeof modelSchema>;
