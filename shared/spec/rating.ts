/** What a ranking model predicts, and how. */
import { z } from 'zod';
import { columnNameSchema } from './columns.js';
import { layerSchema } from './layers.js';

/**
 * The column that is predicted, and what it becomes for training, fitted on the training rows. Predictions and their
 * errors are in the column's own units. Rows without a number there teach nothing about it.
 */
export const targetSchema = z
  .strictObject({
    column: columnNameSchema,
    /** Outliers are drawn in to these two quantiles of the training rows. */
    clip: z
      .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
      .refine(([low, high]) => low < high, 'the first quantile is below the second')
      .optional(),
    /** sign(x) · log(1 + |x|). */
    log1p: z.boolean().default(false),
    /** Standardised by mean and standard deviation, after the two above. */
    normalize: z.boolean().default(false),
    /** Instead of all that: 1 from this value on, 0 below. */
    threshold: z.number().optional(),
  })
  .refine((target) => target.threshold === undefined || !isReshaped(target), {
    path: ['threshold'],
    message: 'makes the target 0 or 1: leave out clip, log1p and normalize',
  });
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

export const ratingLossSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('mse') }),
  z.strictObject({ type: z.literal('binaryCrossEntropy') }),
  /** Over the possible values, ascending; another value counts as the nearest of them. The prediction is their mean. */
  z.strictObject({
    type: z.literal('categoricalCrossEntropy'),
    classes: z
      .array(z.number())
      .min(2)
      .max(100)
      .refine(
        (all) => all.every((value, i) => i === 0 || value > (all[i - 1] ?? value)),
        'must be ascending',
      ),
  }),
]);
export type RatingLossSpec = z.infer<typeof ratingLossSchema>;

/** The head on top of both towers: layers over their outputs, and a last dense one that gives the prediction. */
export const ratingSchema = z.strictObject({
  /** Both outputs side by side, or their product, element by element, beside them. */
  input: z.enum(['concatenation', 'concatenationAndProduct']).default('concatenation'),
  layers: z
    .array(layerSchema)
    .max(20)
    .default([
      { type: 'dense', units: 64, activation: 'relu', initializer: 'glorotUniform' },
      { type: 'dense', units: 32, activation: 'relu', initializer: 'glorotUniform' },
    ]),
  loss: ratingLossSchema.prefault({ type: 'mse' }),
});
export type Rating = z.infer<typeof ratingSchema>;
