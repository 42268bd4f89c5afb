import { z } from 'zod';
import { layerSchema } from './layers.js';

/**
 * A tower takes the concatenated embeddings of its features through its layers. No layers: the embeddings are the
 * output. Both towers must end in the same width.
 */
export const towerSchema = z.strictObject({
  layers: z
    .array(layerSchema)
    .max(20)
    .default([
      { type: 'dense', units: 128, activation: 'relu', initializer: 'glorotUniform' },
      { type: 'dense', units: 64, activation: 'relu', initializer: 'glorotUniform' },
      { type: 'dense', units: 32, activation: 'linear', initializer: 'glorotUniform' },
    ]),
});

/** Where embeddings start: uniform in ±`scale`, or normal with that standard deviation. */
export const embeddingStartSchema = z.strictObject({
  initializer: z.enum(['uniform', 'normal']).default('uniform'),
  scale: z.number().gt(0).max(1).default(0.05),
});

/** A temperature that is trained with the weights, from `initial` on, and stays within `min` … `max`. */
export const learnedTemperatureSchema = z
  .strictObject({
    learned: z.literal(true),
    initial: z.number().gt(0).max(100).default(1),
    min: z.number().gt(0).max(100).default(0.01),
    max: z.number().gt(0).max(100).default(100),
  })
  .refine(({ initial, min, max }) => min <= initial && initial <= max, {
    path: ['initial'],
    message: 'lies between min and max',
  });

export const modelSchema = z.strictObject({
  type: z.enum(['retrieval']).default('retrieval'),
  query: towerSchema.prefault({}),
  candidate: towerSchema.prefault({}),
  embeddings: embeddingStartSchema.prefault({}),
  /** `dot`: score = q·c / temperature. `cosine`: both vectors have length 1 first. */
  similarity: z.enum(['dot', 'cosine']).default('dot'),
  temperature: z.union([z.number().gt(0).max(100), learnedTemperatureSchema]).default(1),
});
export type Model = z.infer<typeof modelSchema>;
