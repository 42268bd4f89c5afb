import { z } from 'zod';
import { modelTypeSchema } from '../common.js';
import { described } from '../described.js';
import { layerSchema } from './layers.js';
import { ratingSchema } from './rating.js';

export const towerSchema = z.strictObject({
  layers: described(
    z
      .array(layerSchema)
      .max(20)
      .default([
        { type: 'dense', units: 128, activation: 'relu', initializer: 'glorotUniform' },
        { type: 'dense', units: 64, activation: 'relu', initializer: 'glorotUniform' },
        { type: 'dense', units: 32, activation: 'linear', initializer: 'glorotUniform' },
      ]),
    'The layers that the concatenated embeddings of the features go through, in their order. With none, the embeddings are the output. ' +
      'Both towers end in the same width, unless the model is for `ranking`.',
    [
      { type: 'dense', units: 64 },
      { type: 'dropout', rate: 0.2 },
      { type: 'dense', units: 32, activation: 'linear' },
    ],
  ),
});

export const embeddingStartSchema = described(
  z.strictObject({
    initializer: described(
      z.enum(['uniform', 'normal']).default('uniform'),
      'The distribution that embeddings are drawn from at the start: uniform in ±`scale`, or normal with that standard deviation.',
    ),
    scale: described(z.number().gt(0).max(1).default(0.05), 'The scale of that distribution.', 0.05),
  }),
  'Where embeddings start.',
);

export const learnedTemperatureSchema = z
  .strictObject({
    learned: described(z.literal(true), 'The temperature is trained with the weights.'),
    initial: described(z.number().gt(0).max(100).default(1), 'The temperature at the start.', 1),
    min: described(z.number().gt(0).max(100).default(0.01), 'The least temperature that it may reach.', 0.01),
    max: described(
      z.number().gt(0).max(100).default(100),
      'The greatest temperature that it may reach.',
      100,
    ),
  })
  .refine(({ initial, min, max }) => min <= initial && initial <= max, {
    path: ['initial'],
    message: 'lies between min and max',
  });

export const lossWeightsSchema = described(
  z.strictObject({
    retrieval: described(z.number().gt(0).max(1000).default(1), 'The weight of the retrieval loss.', 1),
    ranking: described(z.number().gt(0).max(1000).default(1), 'The weight of the loss of the ratings.', 1),
  }),
  'The weights of the two losses of a `hybrid` model in the sum that is trained on; only a hybrid has them.',
);

export const modelSchema = z
  .strictObject({
    type: modelTypeSchema.default('retrieval'),
    query: described(
      towerSchema.prefault({}),
      'The tower that makes a vector of a query: of the user and of what is known of the row.',
    ),
    candidate: described(towerSchema.prefault({}), 'The tower that makes a vector of an item.'),
    embeddings: embeddingStartSchema.prefault({}),
    similarity: described(
      z.enum(['dot', 'cosine']).default('dot'),
      'How the score of a query and an item is made of their vectors: `dot` is their product, divided by the temperature. `cosine` brings both to length 1 first.',
    ),
    temperature: described(
      z.union([z.number().gt(0).max(100), learnedTemperatureSchema]).default(1),
      'The number that scores are divided by, or how it is learned.',
      0.05,
      { learned: true, initial: 0.1 },
    ),
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
