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
      'of new users beside a baseline',
      { metric: RECALL, slice: { by: 'newUsers', value: 'new' }, aboveBaseline: 'popularity' },
      'of new users and items the model alone is measured',
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
    { metric: 'data_missing_share', column: 'price', atMost: 0.05 },
    { metric: 'data_ks_p_value', atLeast: 0.05 },
    { metric: 'serving_latency_p99_ms_at_256', aboveProduction: true, maxRegression: 10 },
    { metric: 'serving_model_mb', atMost: 100 },
    { metric: RECALL, aboveRun: 'k3v7q2mzx5ahc4tnwy6d' },
  ])('%j', (gate) => {
    expect(problems(gate)).toEqual([]);
  });
});
