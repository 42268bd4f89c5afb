import { z } from 'zod';
import { described } from '../described.js';

/** How the outliers of a column of numbers are drawn in, of a feature and of the target alike. */
export const quantileClipSchema = described(
  z
    .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
    .refine(([low, high]) => low < high, 'the first quantile is below the second')
    .optional(),
  'Two quantiles of the training rows that outliers are drawn in to, before everything else.',
  [0.01, 0.99],
);
