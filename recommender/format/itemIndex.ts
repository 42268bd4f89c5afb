/** `item_index.json`: what graph `item_index.usearch` is, and what it finds of what it should. */
import { z } from 'zod';
import { ITEM_INDEX_FILES } from './files.js';
import { readBytes, readDocument, type ReadFile } from './read.js';
import { cutOff, uint32Of } from './uint32.js';

const common = {
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
  buildSeconds: z.number().min(0),
};

const measured = {
  k: z.int().min(1),
  queries: z.int().min(1),
  /** The share of the `k` best, by the exact index, that the graph finds. */
  value: z.number().min(0).max(1),
};

/**
 * What recall is measured by: the vectors of `users` of the training data, for whom the graph is made; those of the `items`; and random
 * `directions`, drawn by the mean and the deviation of each number of the items' vectors.
 */
export const RECALL_QUERIES = ['users', 'items', 'directions'] as const;
export type RecallQueries = (typeof RECALL_QUERIES)[number];

const recallSchema = z.strictObject({ by: z.enum(RECALL_QUERIES), ...measured });
export type IndexRecall = z.infer<typeof recallSchema>;

export const itemIndexSchema = z.strictObject({
  schemaVersion: z.literal(2),
  ...common,
  /** Of the graph: items whose vectors are equal, as half floats, share one. Where there are fewer than items, `item_index_points.u32` says whose is whose. */
  points: z.int().min(1),
  /** None of `users` where no user has a vector, and none at all where all items' are zeros. */
  recalls: z.array(recallSchema),
});
export type ItemIndexDocument = z.infer<typeof itemIndexSchema>;

/** Version 1 entered each item, and measured by users alone. */
const itemIndexV1Schema = z
  .strictObject({ schemaVersion: z.literal(1), ...common, recall: z.strictObject(measured).nullable() })
  .transform(({ recall, ...rest }): ItemIndexDocument => ({
    ...rest,
    schemaVersion: 2,
    points: rest.items,
    recalls: recall ? [{ by: 'users', ...recall }] : [],
  }));

const ITEM_INDEX_VERSIONS: Readonly<Record<number, z.ZodType<ItemIndexDocument>>> = {
  1: itemIndexV1Schema,
  2: itemIndexSchema,
};

export async function readItemIndex(read: ReadFile): Promise<ItemIndexDocument> {
  return readDocument(read, ITEM_INDEX_FILES.document, ITEM_INDEX_VERSIONS);
}

/** By item, the first item of the same point, which stands for all of them in the graph. */
export async function readStandIns(
  read: ReadFile,
  { items, points }: ItemIndexDocument,
): Promise<Uint32Array> {
  const path = ITEM_INDEX_FILES.points;
  const standIns = uint32Of(path, await readBytes(read, path), items);
  let own = 0;
  for (let item = 0; item < items; item++) {
    const first = standIns[item]!;
    if (first === item) own++;
    else if (first > item || standIns[first] !== first)
      throw cutOff(
        `${path} says that item ${first} stands for item ${item}, and that is none that stands for others`,
      );
  }
  if (own !== points)
    throw cutOff(`${path} is of ${own} points, and ${ITEM_INDEX_FILES.document} of ${points}`);
  return standIns;
}
