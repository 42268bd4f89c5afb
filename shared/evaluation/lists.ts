import { z } from 'zod';
import { described } from '../described.js';
import { measuredMetricSchema } from './measured.js';

/** What the recommended lists themselves are like, whatever was bought. */
export const listsSchema = z.strictObject({
  of: described(z.string().max(63), 'Whose lists: `model`, a baseline or `production`.', 'model'),
  users: described(
    z.int().min(0),
    'The number of users whose lists were made, drawn by the seed of the evaluation.',
    10_000,
  ),
  metrics: described(
    z.array(measuredMetricSchema),
    'Coverage of the catalogue, concentration, novelty, popularity and similarity within a list, each at every K.',
  ),
});

const listedItemSchema = z.strictObject({
  item: described(z.string().max(500), 'The id of the item.', '100042'),
  label: described(
    z.string().max(500).nullable(),
    'The first other text that the data have of it; null where there is none.',
    'Organic Soap No. 3',
  ),
  score: described(z.number().nullable(), 'What the model gave it; null for what was bought.', 4.21),
  isHit: described(z.boolean(), 'Whether it stands in both lists.', false),
});

/** A user's recommendations beside what the user took. */
export const sampleListSchema = z.strictObject({
  user: described(z.string().max(500), 'The id of the user.', 'c-1042'),
  features: described(z.record(z.string(), z.string()), 'What else the query tower sees of the user.', {
    city: 'Vienna',
  }),
  recommended: described(z.array(listedItemSchema), 'The best items by the model, the best first.'),
  taken: described(z.array(listedItemSchema), 'The items of the test rows, in their order.'),
});
