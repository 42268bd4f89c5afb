import { trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { shopDataset, shopRow, shopSpec, type ShopRow } from '../../../test/support/training/shopDataset.js';
import type { EncodedDataset, EncodedRows, FeatureMeaning, TestTimes } from '../../data/encodedDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { evaluateModel } from '../evaluateModel.js';
import { fitTarget } from '../../features/fitTarget.js';
import { targetSchema } from '../../../shared/spec/rating.js';
import { intervalLabel, intervalOfValue, quantileBoundaries } from './slicing.js';

const METRIC = 'test_recall_at_5';
const slices = [{ by: 'price', boundaries: [10, 20] }];

async function evaluated(data: EncodedDataset, evaluation = {}, testTimes?: TestTimes) {
  await useWasm();
  const spec = shopSpec({
    evaluation: { k: [5], bootstrapDraws: 200, importanceUsers: 0, slices, ...evaluation },
  });
  return evaluateModel({ model: new TwoTowerModel(data, spec), data, spec, testTimes });
}

/** All rows as they are, evaluated once for all tests that look at these. */
let ofAllRows: ReturnType<typeof evaluated> | undefined;
const evaluatedWhole = () => (ofAllRows ??= evaluated(shopDataset()));

function onlyTest(data: EncodedDataset, isKept: (row: ShopRow) => boolean): EncodedDataset {
  const { query, item, count, target } = data.splits.test;
  const kept = Array.from({ length: count }, (_, i) => i).filter((i) => isKept(shopRow(query[i]!, item[i]!)));
  const of = (values: Int32Array) => Int32Array.from(kept, (i) => values[i]!);
  const test: EncodedRows = {
    count: kept.length,
    query: of(query),
    item: of(item),
    ...(target && { target: Float32Array.from(kept, (i) => target[i]!) }),
  };
  return { ...data, splits: { ...data.splits, test } };
}

/** Each row has its item's price as what is predicted. */
function ratedShop(): EncodedDataset {
  const data = shopDataset();
  const rated = (rows: EncodedRows): EncodedRows => ({ ...rows, target: Float32Array.from(rows.item) });
  const { train, validation, test } = data.splits;
  const splits = { train: rated(train), validation: rated(validation), test: rated(test) };
  const target = fitTarget(targetSchema.parse({ column: 'price' }), Float64Array.from(train.item));
  return { ...data, splits, target };
}

describe('a slice', () => {
  it.each<[string, string, (row: ShopRow) => boolean]>([
    ['city', 'Vienna', ({ city }) => city === 'Vienna'],
    ['age', 'below 30', ({ age }) => age < 30],
    ['age', '30 to below 50', ({ age }) => age >= 30 && age < 50],
    ['member', 'yes', ({ member }) => member],
    ['category', 'soap', ({ category }) => category === 'soap'],
    ['price', '10 to below 20', ({ price }) => price >= 10 && price < 20],
    ['price', '20 and more', ({ price }) => price >= 20],
    ['season', 'July to September', ({ day }) => day === '2026-08-10'],
  ])('by %s of %s is what an evaluation of its rows alone finds', async (by, value, isKept) => {
    const { findings } = await evaluatedWhole();
    const alone = await evaluated(onlyTest(shopDataset(), isKept));
    const slice = findings.slices.find((one) => one.by === by && one.value === value);
    expect(slice).toMatchObject({ rows: alone.metrics['test_rows'], users: alone.findings.measured.users });
    expect(slice!.metrics[0]).toMatchObject({ name: METRIC, value: alone.metrics[METRIC] });
    for (const metric of slice!.metrics) expect(metric.value).toBeCloseTo(alone.metrics[metric.name]!, 12);
  });

  it('has an interval that holds its value, and is worse where all of it is', async () => {
    const { findings, metrics } = await evaluatedWhole();
    const first = findings.slices.map(({ metrics: [primary], ...slice }) => ({ ...slice, ...primary! }));
    for (const { value, interval, isWorse } of first) {
      if (!interval) continue;
      expect(interval.low <= value && value <= interval.high).toBe(true);
      expect(isWorse).toBe(interval.high < metrics[METRIC]!);
    }
    const worse = first.map(({ isWorse }) => isWorse);
    expect(worse).toEqual(worse.toSorted((a, b) => Number(b) - Number(a)));
  });

  it('of activity has all rows of users and items by how often they occur in train', async () => {
    const { findings, metrics } = await evaluatedWhole();
    for (const by of ['userActivity', 'itemPopularity']) {
      const own = findings.slices.filter((slice) => slice.by === by);
      expect(own.length).toBeGreaterThan(5);
      expect(own.reduce((sum, { rows }) => sum + rows, 0)).toBe(metrics['test_rows']);
    }
  });

  it('is of all values that are called alike, such as blank ones', async () => {
    const data = shopDataset();
    const blank = (value: string) => ({ Vienna: '', Graz: ' ' })[value] ?? value;
    const meanings = data.query.meanings!.map((meaning) => ({
      ...meaning,
      vocabulary: async () => (await meaning.vocabulary()).map(blank),
    }));
    const [{ findings }, named] = [
      await evaluated({ ...data, query: { ...data.query, meanings } }),
      await evaluatedWhole(),
    ];
    const rowsOf = ({ slices: all }: typeof findings, ...values: string[]) =>
      all.filter(({ by, value }) => by === 'city' && values.includes(value)).map(({ rows }) => rows);
    expect(rowsOf(findings, '(blank)', 'Linz')).toHaveLength(2);
    const [vienna, graz] = rowsOf(named.findings, 'Vienna', 'Graz');
    expect(rowsOf(findings, '(blank)')).toEqual([vienna! + graz!]);
  });

  it('of a boolean without an indicator has the rows without a value among those of a no', async () => {
    const { findings } = await evaluatedWhole();
    const values = findings.slices.filter(({ by }) => by === 'member').map(({ value }) => value);
    expect(values.toSorted()).toEqual(['no or missing', 'yes']);
  });

  it('is there for users and items that train does not have', async () => {
    const data = shopDataset();
    const { query, item, count } = data.splits.test;
    const test = {
      count,
      query: query.map((entity, row) => (row < 20 ? 0 : entity)),
      item: item.map((one, row) => (row >= 20 && row < 50 ? 0 : one)),
    };
    const { findings, metrics } = await evaluated({ ...data, splits: { ...data.splits, test } });
    const rowsOf = (by: string) => findings.slices.find((slice) => slice.by === by);
    expect(rowsOf('newUsers')).toMatchObject({
      rows: 20,
      metrics: [{ name: METRIC, value: metrics['test_cold_users_recall_at_5'] }],
    });
    expect(rowsOf('newItems')).toMatchObject({ rows: 30, metrics: [{ name: METRIC, value: 0 }] });
    const primary = { k: [1, 5], primaryMetric: METRIC };
    const more = await evaluated({ ...data, splits: { ...data.splits, test } }, primary);
    for (const { metrics: own } of more.findings.slices) expect(own[0]!.name).toBe(METRIC);
    const ndcg = await evaluated(
      { ...data, splits: { ...data.splits, test } },
      { primaryMetric: 'test_ndcg_at_5' },
    );
    const newItems = ndcg.findings.slices.find(({ by }) => by === 'newItems')!;
    expect(newItems.metrics[0]).toEqual({ name: 'test_ndcg_at_5', value: 0, interval: null });
  });
});

describe('the season of rows', () => {
  const quarters = ['January to March', 'April to June', 'July to September', 'missing'];
  /** A row is of the quarter of its place, also where another row of the same user and item is of another one. */
  const timed = (data: EncodedDataset): TestTimes => ({
    column: 'at',
    seconds: Float64Array.from({ length: data.splits.test.count }, (_, row) =>
      row % 4 === 3 ? NaN : Date.UTC(2026, 3 * (row % 4) + 1, 3) / 1000,
    ),
  });

  it.each(['tfrs', 'perUser'] as const)('is by their times, whatever features tell: %s', async (protocol) => {
    const data = shopDataset();
    const { query, item, count } = data.splits.test;
    const [{ findings }, ...alone] = [
      await evaluated(data, { protocol }, timed(data)),
      ...(await Promise.all(
        quarters.map((_, quarter) => {
          const kept = Array.from({ length: count }, (_row, row) => row).filter((row) => row % 4 === quarter);
          const of = (values: Int32Array) => Int32Array.from(kept, (row) => values[row]!);
          const test = { count: kept.length, query: of(query), item: of(item) };
          return evaluated({ ...data, splits: { ...data.splits, test } }, { protocol });
        }),
      )),
    ];
    const seasons = findings.slices.filter(({ by }) => by === 'season');
    expect(seasons.map(({ value }) => value).toSorted()).toEqual(quarters.toSorted());
    for (const [quarter, value] of quarters.entries()) {
      const { rows, users } = alone[quarter]!.findings.measured;
      expect(seasons.find((one) => one.value === value)).toMatchObject({ rows, users });
    }
    // With a list for each row, a place in it depends on no other row.
    if (protocol !== 'tfrs') return;
    for (const [quarter, value] of quarters.entries())
      expect(seasons.find((one) => one.value === value)!.metrics[0]!.value).toBeCloseTo(
        alone[quarter]!.metrics[METRIC]!,
        12,
      );
  });

  it('that nobody knows, or that is the same of all rows, is said', async () => {
    const data = shopDataset();
    const seconds = new Float64Array(data.splits.test.count).fill(Date.UTC(2026, 7, 3) / 1000);
    const { findings } = await evaluated(data, {}, { column: 'at', seconds });
    expect(findings.leftOut).toContainEqual({
      what: 'slices by season',
      why: 'all measured rows are in one: July to September',
      remedy: null,
    });
    const { meanings, features, ...query } = data.query;
    const timeless = { ...query, features, meanings: meanings!.map((one, i) => (i === 4 ? hashed : one)) };
    const unknown = await evaluated({ ...data, query: timeless });
    expect(unknown.findings.leftOut).toContainEqual(
      expect.objectContaining({ what: 'slices by season', why: expect.stringContaining('no column known') }),
    );
  });
});

const hashed: FeatureMeaning = { fitted: { transform: 'hash', buckets: 3 }, vocabulary: async () => [] };

describe('the comparison of a slice', () => {
  it('is with the best other method and with what its gates name, on the same rows', async () => {
    const slice = { by: 'city', value: 'Graz' };
    const gates = [{ metric: 'test_ndcg_at_5', aboveBaseline: 'popularity' as const, slice }];
    const baselines = ['popularity', 'history'];
    const { findings } = await evaluated(shopDataset(), { gates, baselines });
    const alone = await evaluated(
      onlyTest(shopDataset(), ({ city }) => city === 'Graz'),
      { baselines },
    );
    const best = findings.comparisons[0]!.against;
    const graz = findings.slices.find((one) => one.by === 'city' && one.value === 'Graz')!;
    expect(new Set(graz.comparisons.map(({ against }) => against))).toEqual(new Set([best, 'popularity']));
    for (const { against, metric, other, differenceInterval } of graz.comparisons) {
      expect(other).toBeCloseTo(alone.baselines[against]![metric]!, 12);
      expect(differenceInterval).not.toBeNull();
    }
    const others = findings.slices.filter(({ by, value }) => by === 'city' && value !== 'Graz');
    for (const { comparisons } of others)
      expect(comparisons.map(({ against, metric }) => [against, metric])).toEqual([[best, METRIC]]);
  });
});

describe('a slice of what a model predicts beside its lists', () => {
  it('has all its rows with a target, those too that lists do not count', async () => {
    await useWasm();
    const data = ratedShop();
    const { features, model, ...shop } = shopSpec();
    const spec = trainingSpecSchema.parse({
      ...shop,
      features: { ...features, target: { column: 'price' } },
      model: { ...model, type: 'hybrid' },
      evaluation: { protocol: 'perUser', maxUsers: 30, k: [5], bootstrapDraws: 0, importanceUsers: 0 },
    });
    const evaluatedAs = async (some: EncodedDataset) =>
      evaluateModel({ model: new TwoTowerModel(some, spec), data: some, spec });
    const { findings, metrics } = await evaluatedAs(data);
    const rmseOf = (all: readonly { name: string; value: number }[]) =>
      all.find(({ name }) => name === 'test_rmse')!.value;
    for (const city of ['Vienna', 'Graz', 'Linz']) {
      const alone = await evaluatedAs(onlyTest(data, (row) => row.city === city));
      const slice = findings.slices.find(({ by, value }) => by === 'city' && value === city)!;
      expect(rmseOf(slice.metrics)).toBeCloseTo(alone.metrics['test_rmse']!, 10);
    }
    expect(metrics['test_rows']).toBeLessThan(data.splits.test.count / 2);
  });
});

describe('a slice in which nothing is found', () => {
  it('has an interval by the number of its users, and stands before those that are better', async () => {
    const { findings, metrics } = await evaluated(shopDataset(), { k: [1] });
    const told = findings.slices.map(({ metrics: [primary], users, isWorse }) => ({
      users,
      isWorse,
      ...primary!,
    }));
    const without = told.filter(({ value, users }) => value === 0 && users >= 10);
    expect(without.length).toBeGreaterThan(0);
    for (const { users, interval, isWorse } of without) {
      const high = 1 - 0.025 ** (1 / users);
      expect(interval).toEqual({ low: 0, high });
      expect(isWorse).toBe(high < metrics['test_recall_at_1']!);
    }
    const unsure = told.filter(({ interval, isWorse }) => interval && !isWorse).map(({ value }) => value);
    expect(unsure).toEqual(unsure.toSorted((a, b) => a - b));
  });
});

describe('slices', () => {
  it('of a feature with many values are those with the most rows, and the rest is said', async () => {
    const { findings } = await evaluated(shopDataset(), { slices: [{ by: 'user' }] });
    expect(findings.slices.filter(({ by }) => by === 'user')).toHaveLength(50);
    expect(findings.leftOut).toContainEqual(
      expect.objectContaining({ what: expect.stringMatching(/^\d+ of \d+ slices by user$/) }),
    );
  });

  it('that a gate names are there too where they are small ones of many values', async () => {
    const data = shopDataset();
    const asked = await evaluated(data, { slices: [{ by: 'user' }] });
    const told = asked.findings.slices.filter(({ by }) => by === 'user').map(({ value }) => value);
    const users = Array.from(data.splits.test.query, (query) => `u${shopRow(query, 1).user}`);
    const value = users.find((user) => !told.includes(user))!;
    const slice = { by: 'user', value };
    const { findings } = await evaluated(data, { gates: [{ metric: METRIC, atLeast: 0.1, slice }] });
    expect(findings.slices).toContainEqual(expect.objectContaining(slice));
    expect(findings.slices.filter(({ by }) => by === 'user')).toHaveLength(51);
  });

  it('that a gate names are there too where they have all rows', async () => {
    const slice = { by: 'city', value: 'Graz' };
    const data = onlyTest(shopDataset(), ({ city }) => city === 'Graz');
    const { findings, metrics } = await evaluated(data, { gates: [{ metric: METRIC, atLeast: 0.1, slice }] });
    const graz = findings.slices.find(({ by }) => by === 'city');
    expect(graz).toMatchObject({ ...slice, rows: metrics['test_rows'] });
    expect(graz!.metrics[0]!.value).toBeCloseTo(metrics[METRIC]!, 12);
    expect(findings.leftOut.map(({ what }) => what)).not.toContain('slices by city');
  });

  it.each(['userActivity', 'itemPopularity'])('by %s have names for gates that last', async (by) => {
    const gates = ['lowest', 'highest'].map((value) => ({
      metric: 'test_ndcg_at_5',
      aboveBaseline: 'popularity' as const,
      slice: { by, value },
    }));
    const { findings } = await evaluated(shopDataset(), {
      gates,
      k: [5, 30],
      primaryMetric: 'test_ndcg_at_30',
    });
    const own = findings.slices.filter((slice) => slice.by === by);
    const from = ({ value }: { value: string }) => Number.parseInt(value.replaceAll(',', ''), 10);
    const ordered = own.toSorted((a, b) => from(a) - from(b));
    expect(ordered.map(({ alias }) => alias)).toEqual([
      'lowest',
      ...ordered.slice(1, -1).map(() => undefined),
      'highest',
    ]);
    for (const { alias, comparisons } of own)
      expect(comparisons.some(({ metric }) => metric === 'test_ndcg_at_5')).toBe(alias !== undefined);
  });

  it('that a gate names have an interval of its metric too', async () => {
    const slice = { by: 'city', value: 'Graz' };
    const gates = [{ metric: 'test_ndcg_at_5', atLeast: 0.1, slice }];
    const { findings } = await evaluated(shopDataset(), { gates });
    const withNdcg = findings.slices.filter(({ metrics }) =>
      metrics.some(({ name, interval }) => name === 'test_ndcg_at_5' && interval !== null),
    );
    expect(withNdcg.map(({ by, value }) => ({ by, value }))).toEqual([slice]);
  });

  it('are those of users too where each is asked for once', async () => {
    const { findings } = await evaluated(shopDataset(), { protocol: 'perUser' });
    const cities = findings.slices.filter(({ by }) => by === 'city');
    expect(cities.map(({ value }) => value).toSorted()).toEqual(['Graz', 'Linz', 'Vienna']);
    const users = cities.reduce((sum, one) => sum + one.users, 0);
    expect(users).toBe(findings.measured.users);
    const mean = cities.reduce((sum, { metrics, users: own }) => sum + own * metrics[0]!.value, 0) / users;
    expect(mean).toBeCloseTo(findings.metrics.find(({ name }) => name === findings.primaryMetric)!.value, 10);
    expect(findings.importance).toEqual([]);
  });
});

describe('values in order', () => {
  it('are cut where boundaries are, which belong to what is above', () => {
    expect([9, 10, 15, 20].map((value) => intervalOfValue([10, 20], value))).toEqual([0, 1, 1, 2]);
    expect([0, 1, 2].map((slice) => intervalLabel([10, 2000], slice))).toEqual([
      'below 10',
      '10 to below 2,000',
      '2,000 and more',
    ]);
  });

  it('are cut into parts of one size, equal ones together', () => {
    expect(quantileBoundaries([1, 2, 3, 4, 5, 6, 7, 8], 4)).toEqual([3, 5, 7]);
    expect(quantileBoundaries([1, 1, 1, 1, 1, 1, 2, 3], 4)).toEqual([2]);
    expect(quantileBoundaries([4, 4], 4)).toEqual([]);
    expect(quantileBoundaries([], 4)).toEqual([]);
  });
});
