/** `item_index.json`: what graph `item_index.usearch` is, and what it finds of what it should. */
import { z } from 'zod';
import { ITEM_INDEX_FILES } from './files.js';
import { readDocument, type ReadFile } from './read.js';

export const itemIndexSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Hierarchical navigable small worlds: Malkov and Yashunin, https://arxiv.org/abs/1603.09320. */
  type: z.literal('hnsw'),
  /** Who wrote the graph, and reads it. */
  library: z.strictObject({ name: z.literal('usearch'), version: z.string() }),
  items: z.int().min(1),
  /** Of the vectors of items; those of the graph have one number more. */
  width: z.int().min(1),
  /** The neighbours of an item in the graph, M of the paper. */
  connectivity: z.int().min(2),
  /** The candidates that are looked at when an item is added, efConstruction of the paper. */
  expansionAdd: z.int().min(1),
  /** The candidates that are looked at for the 100 best, ef of the paper. */
  expansionSearch: z.int().min(1),
  /** The share of the `k` best, by the exact index, that `queries` users were given; null of a model without users. */
  recall: z
    .strictObject({ k: z.int().min(1), queries: z.int().min(1), value: z.number().min(0).max(1) })
    .nullable(),
  buildSeconds: z.number().min(0),
});
export type ItemIndexDocument = z.infer<typeof itemIndexSchema>;

export async function readItemIndex(read: ReadFile): Promise<ItemIndexDocument> {
  return readDocument(read, ITEM_INDEX_FILES.document, { 1: itemIndexSchema });
}
