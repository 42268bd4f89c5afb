/** How sure figures are, for whom they hold, and what they owe to each feature. */
import { z } from 'zod';
import { described } from '../../described.js';

/** With fewer draws there is next to nothing beyond the bounds of an interval. */
const LEAST_DRAWS = 200;

export const sliceAskedSchema = z.strictObject({
  by: described(
    z.string().min(1).max(200),
    'A feature by its name, or a column that a feature reads. Of a `lookup` each value is a slice, of a `bucketize` each interval, ' +
      'of a `cyclical` each hour, weekday, part of the month or season, of a `normalize` each interval between `boundaries`.',
    'city',
  ),
  boundaries: described(
    z
      .array(z.number())
      .min(1)
      .max(50)
      .refine((all) => all.every((one, i) => i === 0 || one > (all[i - 1] ?? one)), {
        message: 'each boundary is above the one before it',
      })
      .optional(),
    'Of a `normalize`: the boundaries between intervals, ascending, each the first number of the interval above it. The quartiles of the test rows unless given.',
    [18, 30, 45, 60],
  ),
});
export type SliceAsked = z.infer<typeof sliceAskedSchema>;

export const confidenceShape = {
  bootstrapDraws: described(
    z
      .int()
      .min(0)
      .max(10_000)
      .refine((draws) => draws === 0 || draws >= LEAST_DRAWS, `0, or from ${LEAST_DRAWS} on`)
      .default(1000),
    `The number of draws of users that intervals are made of, which all metrics and methods share: ${LEAST_DRAWS} or more. With 0 there are no intervals, and a verdict goes by the figures alone.`,
    1000,
  ),
  slices: described(
    z.array(sliceAskedSchema).max(20).default([]),
    'What test rows are told apart by to see for whom the model is how good, besides what they are told apart by anyway: the features with few values, ' +
      'how often users and items occur in train, and the season, where the specification makes a column known to hold times.',
    [{ by: 'city' }, { by: 'price', boundaries: [10, 50] }],
  ),
  importanceUsers: described(
    z.int().min(0).max(100_000).default(1000),
    'The greatest number of test users, drawn by the seed, on whose rows it is measured what each feature is worth to the model; 0 for none.',
    1000,
  ),
};
