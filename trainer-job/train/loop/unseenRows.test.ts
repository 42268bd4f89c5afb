import { beforeAll, describe, expect, it } from 'vitest';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { fittedTower } from '../../../test/support/training/encodedTower.js';
import { useWasm } from '../../../test/support/training/backend.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { Parameter } from '../../model/parameter.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { trainModel } from './trainModel.js';
import { unseenRows } from './unseenRows.js';

beforeAll(useWasm);

const rowOf = ({ values, columns }: Parameter, row: number) =>
  Array.from(values.subarray(row * columns, (row + 1) * columns));

/** The mean of some rows, each as often as it is named. */
function meanOf(table: Parameter, named: readonly number[]): number[] {
  const sums = Array.from({ length: table.columns }, () => 0);
  for (const row of named) rowOf(table, row).forEach((value, c) => (sums[c]! += value / named.length));
  return sums.map((sum) => expect.closeTo(sum, 5) as number);
}

async function trained(data: EncodedDataset, parts: Parameters<typeof tinySpec>[0] = {}) {
  const outcome = await trainModel({
    data,
    spec: tinySpec({ ...parts, training: { epochs: 2, batchSize: 512, ...parts.training } }),
    checkpointDirectory: await temporaryFolder(),
    onEpoch: () => {},
    onProgress: () => {},
    onCheckpoint: () => {},
    onLog: () => {},
    stopRequested: () => false,
  });
  if (outcome.kind !== 'trained') throw new Error('nobody stopped it');
  return outcome.model;
}

/** The tiny data with the users of the first `rows` rows unknown. */
function withUnknownUsers(rows: number): EncodedDataset {
  const data = tinyDataset();
  const query = data.splits.train.query.slice();
  query.fill(0, 0, rows);
  return { ...data, splits: { ...data.splits, train: { ...data.splits.train, query } } };
}

describe('row 0 of a finished training', () => {
  it.each(['dot', 'cosine'] as const)(
    'is the mean of the rows, as often as train has them: %s',
    async (similarity) => {
      const data = tinyDataset();
      const { query, candidate } = await trained(data, {
        model: { similarity, query: { layers: [] }, candidate: { layers: [] } },
      });
      expect(rowOf(query.embeddings[0]!, 0)).toEqual(
        meanOf(query.embeddings[0]!, Array.from(data.splits.train.query)),
      );
      expect(rowOf(candidate.embeddings[0]!, 0)).toEqual(
        meanOf(candidate.embeddings[0]!, Array.from(data.splits.train.item)),
      );
    },
  );

  it('orders items as they sell, whatever the seed', async () => {
    const data = tinyDataset({ rows: 6000, groups: 1 });
    const sold = new Float64Array(41);
    for (const item of data.splits.train.item) sold[item]! += 1;
    for (const seed of [1, 2, 3]) {
      const model = await trained(data, {
        training: { seed, epochs: 6, optimizer: { type: 'adam', learningRate: 0.02 } },
      });
      const items = Int32Array.from({ length: 40 }, (_, i) => i + 1);
      const vectors = model.embed('candidate', items);
      const unknown = model.embed('query', Int32Array.of(0));
      const scoreOf = (item: number) =>
        unknown.reduce((sum, value, c) => sum + value * vectors[(item - 1) * 8 + c]!, 0);
      const best = Array.from(items)
        .toSorted((a, b) => scoreOf(b) - scoreOf(a))
        .slice(0, 10);
      const share = best.reduce((sum, item) => sum + sold[item]!, 0);
      const most = Array.from(sold)
        .toSorted((a, b) => b - a)
        .slice(0, 10)
        .reduce((sum, n) => sum + n, 0);
      expect(share / most).toBeGreaterThan(0.9);
    }
  });

  it('stays what training made of it where many rows have it or lookups drop out, and not where few do', async () => {
    const many = withUnknownUsers(300);
    const few = withUnknownUsers(40);
    const augmentation = { lookupDropout: 0.2 };
    const [ofMany, ofFew, dropped] = [
      await trained(many),
      await trained(few),
      await trained(tinyDataset(), { training: { augmentation } }),
    ];
    const mean = ({ query }: TwoTowerModel, { splits }: EncodedDataset) =>
      meanOf(
        query.embeddings[0]!,
        Array.from(splits.train.query).filter((user) => user > 0),
      );
    expect(rowOf(ofFew.query.embeddings[0]!, 0)).toEqual(mean(ofFew, few));
    expect(rowOf(ofMany.query.embeddings[0]!, 0)).not.toEqual(mean(ofMany, many));
    expect(rowOf(dropped.query.embeddings[0]!, 0)).not.toEqual(mean(dropped, tinyDataset()));
  });
});

describe('rows of embeddings that no training row names', () => {
  const query: TrainingSpecInput['features']['query'] = [
    { column: 'user', transform: 'lookup', id: true, dim: 2 },
    { column: 'city', transform: 'lookup', dim: 2, minCount: 2, oovBuckets: 3 },
    { column: 'city', name: 'hash', transform: 'hash', buckets: 50, dim: 2 },
    { column: 'age', transform: 'bucketize', boundaries: [10, 20, 30], dim: 2 },
    { column: 'note', transform: 'text', maxTokens: 4, bigramBuckets: 50, dim: 2 },
    { columns: ['city', 'user'], transform: 'cross', buckets: 50, dim: 2 },
  ];
  const values: FeatureValues[] = [
    {},
    { user: 'a', city: 'Bonn', age: 15, note: 'red tea' },
    { user: 'b', city: 'Bonn', age: 15, note: 'tea' },
    { user: 'c', city: 'Ulm', age: 40, note: 'green' },
  ];

  it('are the mean of those that are named, in tables of every kind; the others stay', () => {
    const spec = trainingSpecSchema.parse({
      dataset: { source: { uri: 'rows.jsonl' } },
      features: { query, candidate: [{ column: 'item', transform: 'lookup', id: true }] },
      model: { query: { layers: [{ type: 'dense', units: 8 }] }, candidate: { layers: [] } },
    });
    const tower = fittedTower(spec.features.query, values);
    const model = new TwoTowerModel({ ...tinyDataset(), query: tower.data }, spec);
    const rows = { count: 5, query: Int32Array.of(1, 1, 2, 3, 3), item: Int32Array.of(1, 1, 2, 2, 3) };
    const before = model.query.embeddings.map((table) => table.values.slice());
    unseenRows(model, rows, Int32Array.of(0, 1, 2, 3, 4))();
    const counts = model.query.namedBy(rows.query);
    expect(counts.map((own) => own.reduce((sum, count) => sum + count, 0))).toEqual([5, 5, 5, 5, 9, 5]);
    for (const [f, table] of model.query.embeddings.entries()) {
      const named = Array.from(counts[f]!).flatMap((count, row) => Array.from({ length: count }, () => row));
      expect(new Set(named).size).toBeLessThan(table.rows);
      const mean = meanOf(table, named);
      for (let row = 0; row < table.rows; row++) {
        const was = Array.from(before[f]!.subarray(row * 2, row * 2 + 2));
        expect(rowOf(table, row)).toEqual(counts[f]![row] === 0 ? mean : was);
      }
    }
  });
});
