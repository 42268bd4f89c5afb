import { z } from 'zod';
import { modelTypeSchema } from '../common.js';
import { layerSchema } from './layers.js';
import { ratingSchema } from './rating.js';

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

/** Of a hybrid's two losses in the sum that is trained on. */
export const lossWeightsSchema = z.strictObject({
  retrieval: z.number().gt(0).max(1000).default(1),
  ranking: z.number().gt(0).max(1000).default(1),
});

/**
 * `retrieval` finds what goes with a query by the products of two towers' outputs; `ranking` predicts the target of a pair by
 * a head on top of the two; `hybrid` trains the same towers for both.
 */
export const modelSchema = z
  .strictObject({
    type: modelTypeSchema.default('retrieval'),
    query: towerSchema.prefault({}),
    candidate: towerSchema.prefault({}),
    embeddings: embeddingStartSchema.prefault({}),
    /** `dot`: score = q·c / temperature. `cosine`: both vectors have length 1 first. */
    similarity: z.enum(['dot', 'cosine']).default('dot'),
    temperature: z.union([z.number().gt(0).max(100), learnedTemperatureSchema]).default(1),
    /** The rating head; a `ranking` or `hybrid` model has one in any case. */
    rating: ratingSchema.optional(),
    lossWeights: lossWeightsSchema.optional(),
  })
  .overwrite(withParts);
export type Model = z.infer<typeof modelSchema>;

/** Fills the defaults of the parts that only some types have. */
function withParts<T extends { type: string; rating?: unknown; lossWeights?: unknown }>(model: T): T {
  if (model.type === 'retrieval') return model;
  return {
    ...model,
    rating: model.rating ?? ratingSchema.parse({}),
    ...(model.type === 'hybrid' && { lossWeights: model.lossWeights ?? lossWeightsSchema.parse({}) }),
  };
}
