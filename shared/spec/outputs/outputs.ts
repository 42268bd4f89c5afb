/** What a run leaves behind, besides the folder that the recommender opens. */
import { z } from 'zod';
import { described } from '../../described.js';

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
});
export type OutputsSpec = z.infer<typeof outputsSchema>;
