import { z } from 'zod';
import { described } from '../described.js';

const movedItemSchema = z.strictObject({
  item: described(z.string().max(500), 'The id of the item.', '100042'),
  label: described(
    z.string().max(500).nullable(),
    'The first other text that the data have of it; null where there is none.',
    'Organic Soap No. 3',
  ),
  before: described(z.int().min(0), 'In how many lists it is by the version that serves.', 12),
  after: described(z.int().min(0), 'In how many lists it is by this model.', 431),
});

/** What a release would change: the lists of the same users by the version that serves and by this model. */
export const changesSchema = z.strictObject({
  production: described(
    z.strictObject({
      version: described(
        z.int().min(1).nullable(),
        'The number of the version that served at the launch; null for a folder that the trainer was given by hand.',
        12,
      ),
      uri: described(z.string().max(2048), 'The folder of its artifacts.', 'gs://my-bucket/models/shop/12'),
    }),
    'The version that it is compared with.',
  ),
  users: described(
    z.int().min(0),
    'The number of users whose lists were made, drawn by the seed of the evaluation.',
    1000,
  ),
  k: described(z.int().min(1), 'The length of a list.', 10),
  overlap: described(z.number(), 'The mean share of a list that both have in common.', 0.62),
  rankBiasedOverlap: described(
    z.number(),
    'The mean rank-biased overlap of the lists, p = 0.9, extrapolated.',
    0.58,
  ),
  unchangedLists: described(
    z.number(),
    'The share of the users whose lists are the same, order included.',
    0.04,
  ),
  missingItems: described(
    z.int().min(0),
    'The number of items of this catalogue that the version that serves does not have.',
    17,
  ),
  entering: described(z.array(movedItemSchema).max(20), 'The items that enter most lists.'),
  leaving: described(z.array(movedItemSchema).max(20), 'The items that leave most lists.'),
});
export type Changes = z.infer<typeof changesSchema>;
