import { describe, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { evaluateModel } from '../evaluateModel.js';

const METRIC = 'test_recall_at_5';

async function evaluated(evaluation = {}, sizes = {}) {
  await useWasm();
  const data = tinyDataset({ rows: 600, ...sizes });
  const spec = tinySpec({ evaluation: { k: [5], bootstrapDraws: 400, importanceUsers: 0, ...evaluation } });
  const { findings } = await evaluateModel({ model: new TwoTowerModel(data, spec), data, spec });
  return findings;
}

describe('intervals of an evaluation', () => {
  it('stand at the metrics of every method and hold their values', async () => {
    const { metrics, methods } = await evaluated();
    for (const all of [metrics, ...methods.map((method) => method.metrics)]) {
      const { value, interval } = all.find(({ name }) => name === METRIC)!;
      expect(interval!.low < value && value < interval!.high).toBe(true);
    }
    expect(metrics.find(({ name }) => name === 'test_rows')!.interval).toBeNull();
  });

  it('are of the difference and of the change too, which a model that knows nothing loses by', async () => {
    const { comparisons } = await evaluated();
    const against = comparisons.find((one) => one.against === 'history' && one.metric === METRIC)!;
    const { difference, differenceInterval, change, changeInterval } = against;
    expect(differenceInterval!.low < difference && difference < differenceInterval!.high).toBe(true);
    expect(changeInterval!.low < change! && change! < changeInterval!.high).toBe(true);
    expect(differenceInterval!.high).toBeLessThan(0);
  });

  it('are the same every time', async () => {
    expect(await evaluated()).toEqual(await evaluated());
  });

  it.each([
    ['no draws are asked for', { bootstrapDraws: 0 }, {}, 'evaluation.bootstrapDraws is 0'],
    [
      'one user is drawn',
      { maxUsers: 1 },
      {},
      'there is 1 test user, and of fewer than 10 a draw says nothing',
    ],
    ['users are few', {}, { users: 7 }, 'there are 7 test users, and of fewer than 10 a draw says nothing'],
  ])('are none where %s, which is said', async (_where, evaluation, sizes, why) => {
    const { metrics, comparisons, leftOut } = await evaluated(evaluation, sizes);
    expect(metrics.every(({ interval }) => interval === null)).toBe(true);
    expect(comparisons.every(({ differenceInterval }) => differenceInterval === null)).toBe(true);
    expect(leftOut).toContainEqual(expect.objectContaining({ what: 'intervals of the figures', why }));
  });
});
