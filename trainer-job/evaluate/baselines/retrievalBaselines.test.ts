import { describe, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { retrievalBaseline } from './retrievalBaselines.js';
import { evaluateModel } from '../evaluateModel.js';
import { evaluationRows } from '../ranks/evaluationRows.js';
import { retrievalMetrics } from '../retrieval/retrievalMetrics.js';

const K = [1, 3, 10];

/** Recall by the definition: score every item for every row and count. */
function byDefinition(
  data: EncodedDataset,
  scoreOf: (user: number, item: number) => readonly [number, number],
) {
  const { query, item, count } = data.splits.test;
  const hits = K.map(() => 0);
  for (let row = 0; row < count; row++) {
    const own = scoreOf(query[row]!, item[row]!);
    let rank = 0;
    for (let other = 1; other < data.candidate.entities; other++) {
      const [first, second] = scoreOf(query[row]!, other);
      if (first > own[0] || (first === own[0] && second > own[1])) rank++;
    }
    K.forEach((k, i) => (hits[i]! += rank < k ? 1 : 0));
  }
  return Object.fromEntries(K.map((k, i) => [`test_recall_at_${k}`, hits[i]! / count]));
}

describe('a baseline', () => {
  const data = tinyDataset({ rows: 400 });
  const { query, item } = data.splits.train;
  const bought = (wanted: number) => item.filter((i) => i === wanted).length;
  const boughtBy = (user: number, wanted: number) =>
    item.filter((i, row) => i === wanted && query[row] === user).length;
  const score = async (name: 'popularity' | 'history') => {
    const rows = evaluationRows(data, 'test');
    const ranks = await retrievalBaseline(name, data).ranks(rows, async () => {});
    return retrievalMetrics(rows, ranks, K, 'test');
  };

  it('popularity ranks by the number of training rows', async () => {
    expect(await score('popularity')).toMatchObject(byDefinition(data, (_user, i) => [bought(i), 0]));
  });

  it('history ranks by the user’s own purchases, ties by popularity', async () => {
    expect(await score('history')).toMatchObject(
      byDefinition(data, (user, i) => [boughtBy(user, i), bought(i)]),
    );
  });
});

describe('cold users', () => {
  /** The tiny data; of test, the users of the first rows are unknown, and the item of the first row too. */
  function withColdUsers(cold: number): EncodedDataset {
    const data = tinyDataset();
    const { query, item } = data.splits.test;
    const test = {
      ...data.splits.test,
      query: query.slice().fill(0, 0, cold),
      item: item.slice().fill(0, 0, 1),
    };
    return { ...data, splits: { ...data.splits, test } };
  }

  it('are measured by themselves, the model beside popularity, on rows whose item is known', async () => {
    await useWasm();
    const data = withColdUsers(200);
    const spec = tinySpec();
    const { metrics, baselines } = await evaluateModel({ model: new TwoTowerModel(data, spec), data, spec });
    const rows = evaluationRows(data, 'test', 'cold');
    expect(rows.rowCount).toBe(199);
    expect(metrics['test_rows']).toBe(400);
    const sold = new Float64Array(data.candidate.entities);
    for (const item of data.splits.train.item) sold[item]! += 1;
    const items = Array.from(data.splits.test.item.slice(1, 200));
    const popular = items.filter((item) => sold.filter((count) => count > sold[item]!).length < 5);
    expect(baselines['popularity']).toMatchObject({ test_cold_users_recall_at_5: popular.length / 199 });
    expect(baselines['history']?.['test_cold_users_recall_at_5']).toBe(popular.length / 199);
    const model = new TwoTowerModel(data, spec);
    const vectors = model.embed('candidate', Int32Array.from(sold.keys()));
    const user = model.embed('query', Int32Array.of(0));
    const scores = Array.from(sold.keys(), (item) =>
      user.reduce((sum, v, c) => sum + v * vectors[item * 8 + c]!, 0),
    );
    const found = items.filter(
      (item) => scores.filter((score, i) => i > 0 && score > scores[item]!).length < 5,
    );
    expect(metrics['test_cold_users_recall_at_5']).toBeCloseTo(found.length / 199, 10);
  });

  it('have no metric where there are none', async () => {
    await useWasm();
    const data = tinyDataset();
    const spec = tinySpec();
    const { metrics, baselines } = await evaluateModel({ model: new TwoTowerModel(data, spec), data, spec });
    for (const found of [metrics, ...Object.values(baselines)])
      expect(Object.keys(found).filter((name) => name.includes('cold'))).toEqual([]);
  });
});
