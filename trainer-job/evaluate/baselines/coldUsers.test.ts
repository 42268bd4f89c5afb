import { describe, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { evaluateModel } from '../evaluateModel.js';
import { evaluationRows } from '../ranks/evaluationRows.js';

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
