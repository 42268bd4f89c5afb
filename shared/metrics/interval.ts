import { z } from 'zod';
import { described } from '../described.js';

export const intervalSchema = described(
  z.strictObject({
    low: described(z.number(), 'The lower bound.', 0.199),
    high: described(z.number(), 'The upper bound.', 0.217),
  }),
  'Where the true value lies with a confidence of 95 %: expanded percentiles of bootstrap draws over users.',
);
export type Interval = z.infer<typeof intervalSchema>;
