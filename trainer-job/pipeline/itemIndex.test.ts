import type { ItemIndexDocument } from '@trainyard/recommender/format/itemIndex';
import { trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { indexInWords, indexWarnings } from './itemIndex.js';

const index = (value: number | null): ItemIndexDocument => ({
  schemaVersion: 1,
  type: 'hnsw',
  library: { name: 'usearch', version: '2.25.3' },
  items: 36_000,
  width: 32,
  connectivity: 16,
  expansionAdd: 128,
  expansionSearch: 160,
  recall: value === null ? null : { k: 100, queries: 250, value },
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
    expect(indexInWords(index(0.9961)).detail).toBe(
      'a graph of 36,000 items with recall@100 0.9961 of 250 users, 160 candidates a search, built in 4.1 s',
    );
    expect(indexInWords(index(null)).detail).toContain('whose recall nobody could measure');
  });

  it('is warned of where it finds less than it is to', () => {
    const given = specOf({ index: { type: 'hnsw', recall: 0.95, expansionSearch: 160 } });
    expect(indexWarnings(index(0.95), given)).toEqual([]);
    expect(indexWarnings(index(0.9), given)).toMatchObject([
      {
        code: 'index-recall-low',
        message:
          'the graph of outputs.index finds 90.0 % of the 100 best items of 250 users with 160 candidates a search, and outputs.index.recall is 0.95',
        remedy:
          'raise outputs.index.connectivity (16) and expansionAdd (128), set outputs.index.expansionSearch higher or leave it out, or use the exact index',
      },
    ]);
    expect(indexWarnings(index(null), given)).toEqual([]);
    expect(indexWarnings(null, specOf({}))).toEqual([]);
  });
});
