import { describe, expect, it } from 'vitest';
import type { GateInput } from '../evaluation/gate.js';
import { trainingSpecSchema } from '../trainingSpec.js';

const RECALL = 'test_recall_at_10';
const SPEC = {
  dataset: { source: { uri: 'rows.csv' } },
  features: {
    query: [
      { column: 'user', transform: 'lookup', id: true },
      { column: 'city', transform: 'lookup' },
    ],
    candidate: [{ column: 'item', transform: 'lookup', id: true }],
  },
};

function problems(gate: GateInput, evaluation: object = {}): string[] {
  const parsed = trainingSpecSchema.safeParse({ ...SPEC, evaluation: { ...evaluation, gates: [gate] } });
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.slice(3).join('.')}: ${message}`);
}

const slice = { by: 'city', value: 'Vienna' };

describe('a gate is refused at the start', () => {
  it.each<[string, GateInput, string]>([
    [
      'of a margin from nothing',
      { metric: RECALL, atLeast: 0.1, minImprovement: 0.1 },
      'minImprovement needs something to compare with',
    ],
    [
      'of both margins',
      { metric: RECALL, aboveProduction: true, minImprovement: 0.1, maxRegression: 0 },
      'allows no regression',
    ],
    ['of a slice of validation', { metric: 'val_loss', slice, atMost: 5 }, 'val_loss is of no slice'],
    [
      'of a slice by what no row has',
      { metric: RECALL, slice: { by: 'age', value: '1' }, atLeast: 0.1 },
      'no test rows are told apart by age: take one of user, city, item, userActivity',
    ],
    [
      'of a season that is none',
      { metric: RECALL, slice: { by: 'season', value: 'winter' }, atLeast: 0.1 },
      'no row is of the season winter: take one of January to March, April to June, July to September, October to December, missing',
    ],
    [
      'of new users beside a baseline',
      { metric: RECALL, slice: { by: 'newUsers', value: 'new' }, aboveBaseline: 'popularity' },
      'of new users the model alone is measured',
    ],
    [
      'of a slice of what is of lists',
      { metric: 'test_coverage_at_10', slice, atLeast: 0.1 },
      'test_coverage_at_10 is of all rows alone: of slices there is test_recall_at_K, ',
    ],
    ['of a slice of the loss', { metric: 'test_loss', slice, atMost: 5 }, 'test_loss is of all rows alone'],
    [
      'of a slice of users that no slice has',
      { metric: 'test_cold_users_recall_at_10', slice, atLeast: 0.1 },
      'test_cold_users_recall_at_10 is of all rows alone',
    ],
    [
      'of new users by more than their recall',
      { metric: 'test_ndcg_at_10', slice: { by: 'newUsers', value: 'all' }, atLeast: 0.1 },
      'take test_recall_at_K instead of test_ndcg_at_10',
    ],
    [
      'of the interval of new users',
      { metric: RECALL, slice: { by: 'newUsers', value: 'all' }, atLeast: 0.1, onInterval: true },
      'there is no interval of newUsers',
    ],
    [
      'of new items',
      { metric: RECALL, slice: { by: 'newItems', value: 'all' }, atLeast: 0.1 },
      'every figure of newItems is 0',
    ],
    [
      'of the interval of what is of lists',
      { metric: 'test_gini_at_10', atMost: 0.9, onInterval: true },
      'test_gini_at_10 has no interval: there are intervals of test_recall_at_K, ',
    ],
    [
      'of the interval of users whom nobody tells apart',
      { metric: 'test_cold_users_recall_at_10', atLeast: 0.1, onInterval: true },
      'test_cold_users_recall_at_10 has no interval',
    ],
    [
      'of an improvement by more than there is',
      { metric: RECALL, aboveBaseline: 'ease', minImprovement: 5 },
      'no result is better than another by 5',
    ],
    [
      'of a regression that each result has',
      { metric: RECALL, aboveBaseline: 'ease', maxRegression: 1 },
      'the gate decides nothing',
    ],
    ['of a column of a result', { metric: RECALL, column: 'price', atLeast: 0.1 }, 'is of no column'],
    [
      'of an interval of the data',
      { metric: 'data_psi', atMost: 0.2, onInterval: true },
      'data_psi has no interval',
    ],
    [
      'of the validation of the version that serves',
      { metric: 'val_loss', aboveProduction: true },
      'the version that serves has no val_loss',
    ],
    [
      'of a number that is not better either way',
      { metric: 'test_rows', aboveProduction: true },
      'neither more nor less of test_rows is better',
    ],
    ['of so many queries', { metric: 'serving_latency_p95_ms_at_64', atMost: 100 }, 'K is 1, 32 or 256'],
    [
      'of what nobody measures',
      { metric: 'data_psy', atMost: 0.2 },
      'of the data there is data_missing_share',
    ],
  ])('%s', (_what, gate, why) => {
    expect(problems(gate)).toEqual([expect.stringContaining(why)]);
  });

  it('of a slice by a feature whose encoding does not say what the value was', () => {
    const features = {
      ...SPEC.features,
      query: [SPEC.features.query[0], { column: 'city', transform: 'hash', buckets: 8, dim: 4 }],
    };
    const gates = [{ metric: RECALL, slice, atLeast: 0.1 }];
    const parsed = trainingSpecSchema.safeParse({ ...SPEC, features, evaluation: { gates } });
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
      expect.stringContaining('city is a hash, whose encoding does not say what the value was'),
    ]);
  });

  it.each<[string, GateInput, GateInput, string[]]>([
    [
      'whose bounds exclude each other',
      { metric: RECALL, atLeast: 0.5 },
      { metric: RECALL, atMost: 0.2 },
      ['must be at least 0.5 and at most 0.2 by this gate and gate 1'],
    ],
    ['on other rows', { metric: RECALL, atLeast: 0.5 }, { metric: RECALL, slice, atMost: 0.2 }, []],
    [
      'of which one may be missed',
      { metric: RECALL, atLeast: 0.5 },
      { metric: RECALL, atMost: 0.2, critical: false },
      [],
    ],
    ['that meet', { metric: RECALL, atLeast: 0.5 }, { metric: RECALL, atMost: 0.5 }, []],
  ])('beside another one %s, if no result passes both', (_what, one, other, why) => {
    const parsed = trainingSpecSchema.safeParse({ ...SPEC, evaluation: { gates: [one, other] } });
    expect((parsed.error?.issues ?? []).map(({ message }) => message)).toEqual(
      why.map((text) => expect.stringContaining(text)),
    );
  });

  it('of an interval where no draws are made', () => {
    const gate = { metric: RECALL, atLeast: 0.1, onInterval: true };
    expect(problems(gate)).toEqual([]);
    expect(problems(gate, { bootstrapDraws: 0 })).toEqual([
      expect.stringContaining('evaluation.bootstrapDraws is 0'),
    ]);
  });
});

describe('a gate is accepted', () => {
  it.each<GateInput>([
    { metric: RECALL, aboveProduction: true, maxRegression: { share: 0.01 }, onInterval: true },
    { metric: RECALL, slice, atLeast: 0.1, critical: false },
    { metric: RECALL, slice, aboveBaseline: 'popularity', aboveProduction: true, onInterval: true },
    { metric: RECALL, slice: { by: 'newUsers', value: 'new' }, atLeast: 0.01 },
    { metric: RECALL, slice: { by: 'season', value: 'October to December' }, atLeast: 0.01 },
    { metric: 'data_missing_share', column: 'price', atMost: 0.05 },
    { metric: 'data_ks_p_value', atLeast: 0.05 },
    { metric: 'serving_latency_p99_ms_at_256', aboveProduction: true, maxRegression: 10 },
    { metric: 'serving_model_mb', atMost: 100 },
    { metric: RECALL, aboveRun: 'k3v7q2mzx5ahc4tnwy6d' },
  ])('%j', (gate) => {
    expect(problems(gate)).toEqual([]);
  });
});
