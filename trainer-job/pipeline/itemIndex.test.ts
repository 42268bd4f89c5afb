import type { ItemIndexDocument, RecallQueries } from '@trainyard/recommender/format/itemIndex';
import { trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { indexInWords, indexWarnings } from './itemIndex.js';

const measured = (by: RecallQueries, value: number) => ({ by, k: 100, queries: 250, value });

const index = (...recalls: ItemIndexDocument['recalls']): ItemIndexDocument => ({
  schemaVersion: 2,
  type: 'hnsw',
  library: { name: 'usearch', version: '2.25.3' },
  items: 36_000,
  points: 36_000,
  width: 32,
  connectivity: 16,
  expansionAdd: 128,
  expansionSearch: 160,
  recalls,
  buildSeconds: 4.12,
});

const specOf = (outputs: object) =>
  trainingSpecSchema.parse({
    dataset: { source: { uri: 'rows.csv' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
    outputs,
  });

describe('the graph of a run', () => {
  it('is told of with what it finds', () => {
    expect(indexInWords(null)).toEqual({});
    expect(indexInWords(index(measured('users', 0.9961), measured('items', 0.99))).detail).toBe(
      'a graph of 36,000 items with recall@100 0.9961 of 250 users, 0.9900 of 250 items as queries, 160 candidates a search, built in 4.1 s',
    );
    expect(indexInWords({ ...index(), points: 1, expansionSearch: 600 }).detail).toBe(
      'a graph of 36,000 items, 1 of them different, whose recall cannot be measured, as all vectors are zeros (no user has a vector), 600 candidates a search, which takes as long as looking at all items does, and so all are looked at, built in 4.1 s',
    );
  });

  it('is warned of where it finds less than it is to, by users or by other queries', () => {
    const given = specOf({ index: { type: 'hnsw', recall: 0.97, expansionSearch: 160 } });
    const [user, others] = [measured('users', 0.97), measured('directions', 0.95)];
    expect(indexWarnings(index(user, others), given)).toEqual([]);
    expect(indexWarnings(index(measured('users', 0.9), measured('directions', 0.8)), given)).toMatchObject([
      {
        code: 'index-recall-low',
        message:
          'with 160 candidates a search the graph of outputs.index finds 90.0 % of the 100 best items of 250 users, which is below outputs.index.recall, 0.97; 80.0 % of the 100 best items of 250 random directions, which is below 0.95: of queries unlike the users of the training data',
        remedy:
          'set outputs.index.expansionSearch above 160, raise connectivity (16) and expansionAdd (128), or use the exact index',
      },
    ]);
    const modest = specOf({ index: { type: 'hnsw', recall: 0.8 } });
    expect(indexWarnings(index(user, measured('items', 0.8)), modest)).toEqual([]);
    expect(indexWarnings(index(user, measured('items', 0.79)), modest)).toHaveLength(1);
    expect(indexWarnings(index(), given)).toEqual([]);
    expect(indexWarnings(null, specOf({}))).toEqual([]);
  });
});
