/** What a ranking model predicts, and how. */
import { z } from 'zod';
import { described } from '../described.js';
import { columnNameSchema } from './columns.js';
import { layerSchema } from './layers.js';
import { quantileClipSchema } from './quantileClip.js';

export const targetSchema = described(
  z
    .strictObject({
      column: described(
        columnNameSchema.clone(),
        'The column of numbers that is predicted. Rows without a number there teach nothing about it.',
        'rating',
      ),
      clip: quantileClipSchema,
      log1p: described(
        z.boolean().default(false),
        'Whether numbers become sign(x) · log(1 + |x|), after `clip`.',
      ),
      normalize: described(
        z.boolean().default(false),
        'Whether numbers are standardised by mean and standard deviation, after `clip` and `log1p`.',
      ),
      threshold: described(
        z.number().optional(),
        'The number from which the target is 1; below it is 0. It takes the place of `clip`, `log1p` and `normalize`.',
        4,
      ),
    })
    .refine((target) => target.threshold === undefined || !isReshaped(target), {
      path: ['threshold'],
      message: 'makes the target 0 or 1: leave out clip, log1p and normalize',
    }),
  'What a `ranking` or `hybrid` model predicts: a column, and what it becomes for training, fitted on the training rows. ' +
    'Predictions and their errors are in the units of the column.',
);
export type Target = z.infer<typeof targetSchema>;

interface Reshaping {
  clip?: unknown;
  log1p: boolean;
  normalize: boolean;
}

/** Whether numbers are made other numbers. */
export function isReshaped({ clip, log1p, normalize }: Reshaping): boolean {
  return clip !== undefined || log1p || normalize;
}

export const ratingLossSchema = described(
  z.discriminatedUnion('type', [
    z.strictObject({ type: described(z.literal('mse'), 'The mean of the squared errors.') }),
    z.strictObject({
      type: described(
        z.literal('binaryCrossEntropy'),
        'The cross entropy of a target that is 0 or 1. The prediction is a probability.',
      ),
    }),
    z.strictObject({
      type: described(
        z.literal('categoricalCrossEntropy'),
        'The cross entropy over the possible values of the target; another value counts as the nearest of them. The prediction is their mean.',
      ),
      classes: described(
        z
          .array(z.number())
          .min(2)
          .max(100)
          .refine(
            (all) => all.every((value, i) => i === 0 || value > (all[i - 1] ?? value)),
            'must be ascending',
          ),
        'The possible values, ascending.',
        [1, 2, 3, 4, 5],
      ),
    }),
  ]),
  'The loss of the predictions.',
);
export type RatingLossSpec = z.infer<typeof ratingLossSchema>;

export const ratingSchema = described(
  z.strictObject({
    input: described(
      z.enum(['concatenation', 'concatenationAndProduct']).default('concatenation'),
      'What the head takes: the outputs of both towers side by side, or their product, element by element, beside them.',
    ),
    layers: described(
      z
        .array(layerSchema)
        .max(20)
        .default([
          { type: 'dense', units: 64, activation: 'relu', initializer: 'glorotUniform' },
          { type: 'dense', units: 32, activation: 'relu', initializer: 'glorotUniform' },
        ]),
      'The layers of the head. A last dense layer after them gives the prediction.',
      [{ type: 'dense', units: 32 }],
    ),
    loss: ratingLossSchema.prefault({ type: 'mse' }),
  }),
  'The rating head on top of both towers. A `ranking` or `hybrid` model has one in any case; a `retrieval` model has none.',
);
export type Rating = z.infer<typeof ratingSchema>;
