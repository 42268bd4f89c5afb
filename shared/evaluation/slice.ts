import { z } from 'zod';
import { described } from '../described.js';
import { comparisonSchema } from './comparison.js';
import { measuredMetricSchema } from './measured.js';

/** Some of the measured rows, by what they have in common. */
export const sliceSchema = z.strictObject({
  by: described(
    z.string().max(200),
    'What the rows are told apart by: a column, or `userActivity`, `itemPopularity`, `newUsers`, `newItems`, `season`.',
    'city',
  ),
  value: described(z.string().max(200), 'What the rows of the slice have in common.', 'Vienna'),
  alias: described(
    z.string().max(200).optional(),
    'Another name of it that gates may take, of slices whose `value` follows from the data: `lowest` and `highest` of `userActivity` and `itemPopularity`.',
    'lowest',
  ),
  rows: described(z.int().min(0), 'The number of measured rows.', 4812),
  users: described(z.int().min(0), 'The number of their users.', 903),
  metrics: described(z.array(measuredMetricSchema), 'The metrics of these rows: first the primary metric.'),
  comparisons: described(
    z.array(comparisonSchema).default([]),
    'The model on these rows against the best other method and the version that serves, by the primary metric and by those that gates ask for; none in reports of before.',
  ),
  isWorse: described(
    z.boolean(),
    'Whether the primary metric of the slice is worse than that of all rows, its interval lying wholly on that side.',
    true,
  ),
});
export type Slice = z.infer<typeof sliceSchema>;
