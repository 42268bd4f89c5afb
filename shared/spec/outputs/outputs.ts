/** What a run leaves behind, besides the folder that the recommender opens. */
import { z } from 'zod';
import { described } from '../../described.js';
import { itemIndexSpecSchema } from './itemIndex.js';
import { recommendationsSchema, similarItemsSchema } from './recommendations.js';

export const modelFormatSchema = z.enum(['savedModel', 'onnx', 'tfjs']);
export type ModelFormatName = z.infer<typeof modelFormatSchema>;

export const outputsSchema = z.strictObject({
  formats: described(
    z
      .array(modelFormatSchema)
      .max(modelFormatSchema.options.length)
      .refine((names) => new Set(names).size === names.length, 'names a format twice')
      .optional(),
    'The formats of other software that the model is exported in: `savedModel` of TensorFlow, `onnx`, and `tfjs` for browsers. ' +
      'All that can hold the model unless given; what one lacks is warned of. One that is named and cannot hold the model is refused at the start. ' +
      'Whatever is chosen, the folder that `@trainyard/recommender` opens is written.',
    ['savedModel', 'onnx'],
    [],
  ),
  index: described(
    itemIndexSpecSchema.optional(),
    'How `@trainyard/recommender` finds the best items: `exact`, unless given, looks at all of them, which takes about a millisecond for each hundred thousand. ' +
      '`hnsw` adds a graph to the folder of the model, for hundreds of thousands of items or more: its recall against the exact index is measured and written down. Not of `ranking` models.',
    { type: 'hnsw' },
  ),
  recommendations: described(
    recommendationsSchema.optional(),
    'The table of what the model recommends to many, `recommendations.parquet` or `.jsonl` beside it: user, rank, item, score and model version. None unless given; `{}` is enough.',
    { k: 20, for: 'allUsers' },
  ),
  similarItems: described(
    similarItemsSchema.optional(),
    'The table of the items that are most like each item, `similar_items.parquet` or `.jsonl`: item, rank, similar item, score and model version. None unless given; `{}` is enough.',
    { k: 10 },
  ),
});
export type OutputsSpec = z.infer<typeof outputsSchema>;
