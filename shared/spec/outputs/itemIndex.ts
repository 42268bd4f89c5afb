/** How what serves a model finds its items. */
import { z } from 'zod';
import { described } from '../../described.js';

const exactSchema = z.strictObject({
  type: described(z.literal('exact'), 'All items are looked at, by a file that needs no package.'),
});

const hnswSchema = z.strictObject({
  type: described(
    z.literal('hnsw'),
    'A graph of neighbours, hierarchical navigable small worlds, which leads to the best items past nearly all of the others.',
  ),
  connectivity: described(
    z.int().min(2).max(128).default(16),
    'The neighbours that an item has in the graph (`M` of the paper). More find more and take more memory.',
    32,
  ),
  expansionAdd: described(
    z.int().min(8).max(4096).default(128),
    'The candidates that are looked at when an item is added (`efConstruction`). More make a better graph in more time.',
    256,
  ),
  expansionSearch: described(
    z.int().min(1).max(10_000).optional(),
    'The candidates that are looked at for the 100 best items of a request (`ef`), in proportion more for longer lists. Unless given, the fewest that reach `recall` with users of the training data.',
    200,
  ),
  recall: described(
    z.number().min(0.5).max(1).default(0.99),
    'The share of the 100 best items that the graph is to find for users of the training data. A run that measures less warns of it, and of less than 0.95, or than this where it is less, for items as queries and for random directions.',
    0.995,
  ),
});
export type HnswSpec = z.infer<typeof hnswSchema>;

export const itemIndexSpecSchema = z.discriminatedUnion('type', [exactSchema, hnswSchema]);
