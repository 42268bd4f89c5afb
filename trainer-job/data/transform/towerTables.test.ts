import { encoderOf } from '@trainyard/recommender/encode/fittedFeature';
import { encodeTower } from '@trainyard/recommender/encode/towerEncoder';
import type { Feature } from '@trainyard/shared';
import { trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { fittedTower } from '../../../test/support/training/encodedTower.js';
import type { FeatureRows } from './encodeFeature.js';
import { encoderOfAll, itemTable } from './towerTables.js';

const ROWS = [
  { item: 'a', kind: 'x', price: 3 },
  { item: 'b', kind: 'y', price: 5 },
  { item: 'c', kind: 'y', price: 10 },
];

const FEATURES: readonly Feature[] = trainingSpecSchema.parse({
  dataset: { source: { uri: 'rows.jsonl' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true }],
    candidate: [
      { column: 'item', transform: 'lookup', id: true },
      { column: 'kind', transform: 'lookup' },
      { column: 'price', transform: 'normalize', missingIndicator: true },
    ],
  },
}).features.candidate;

/** The features with rows as the pieces of the cache give them. */
function featureRows(): FeatureRows[] {
  return fittedTower(FEATURES, [{}, ...ROWS]).features.map((feature) => {
    const { encoded, fitted, vocabulary } = feature;
    const rows = ROWS.map(encodeTower([{ encoded, encoder: encoderOf(fitted, vocabulary) }]));
    const numbers = Float32Array.from(rows.flatMap((row) => Array.from(row.numbers)));
    const indices = Int32Array.from(rows.flatMap((row) => Array.from(row.indices)));
    const isEmbedding = encoded.kind === 'embedding';
    return {
      ...feature,
      digest: encoded.name,
      read: async () =>
        isEmbedding ? { codes: Int32Array.from(ROWS.keys()), indices, numbers } : { numbers },
    };
  });
}

describe('the table of items', () => {
  it('has the row at the place of an item, and nothing but the id of an item without one', async () => {
    const features = featureRows();
    const [id] = features;
    if (!id) throw new Error('there is an id');
    expect(id.vocabulary).toEqual(['a', 'b', 'c']);
    const encode = encoderOfAll(features);
    const expected = [{ item: 'a' }, ROWS[1]!, { item: 'c' }].map(encode);
    const table = await itemTable(features, id, Int32Array.of(-1, 1, -1));
    expect([...table.indices]).toEqual(expected.flatMap(({ indices }) => [...indices]));
    expect([...table.numbers]).toEqual(expected.flatMap(({ numbers }) => [...numbers]));
    const ofRows = await itemTable(features, id, Int32Array.of(0, 1, 2));
    expect([...ofRows.indices]).toEqual(ROWS.flatMap((row) => [...encode(row).indices]));
    expect([...ofRows.indices]).not.toEqual([...table.indices]);
  });
});
