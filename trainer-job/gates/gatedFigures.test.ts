import { checkGates, gateSchema, type GateInput, type GatedFigure } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import type { Profile } from '@trainyard/shared/profile/profile';
import { gatedFigures, type GateEvidence } from './gatedFigures.js';

const RECALL = 'test_recall_at_10';
const column = (name: string, kind: Profile['columns'][number]['kind'], nullShare = 0) =>
  ({ name, kind, nullShare }) as Profile['columns'][number];
const INTERVAL = { low: 0.19, high: 0.21 };

const EVIDENCE: GateEvidence = {
  findings: {
    metrics: [{ name: RECALL, value: 0.2, interval: INTERVAL }],
    methods: [{ name: 'popularity', metrics: [{ name: RECALL, value: 0.1, interval: null }], settings: {} }],
    comparisons: [
      {
        against: 'popularity',
        metric: RECALL,
        value: 0.2,
        other: 0.1,
        difference: 0.1,
        differenceInterval: { low: 0.08, high: 0.12 },
        change: 1,
        changeInterval: { low: 0.8, high: 1.2 },
      },
    ],
    slices: [
      {
        by: 'city',
        value: 'Vienna',
        rows: 10,
        users: 5,
        metrics: [{ name: RECALL, value: 0.15, interval: null }],
        comparisons: [
          {
            against: 'popularity',
            metric: RECALL,
            value: 0.15,
            other: 0.2,
            difference: -0.05,
            differenceInterval: { low: -0.07, high: -0.03 },
            change: -0.25,
            changeInterval: { low: -0.35, high: -0.15 },
          },
        ],
        isWorse: true,
      },
    ],
    leftOut: [{ what: 'the baseline ease', why: 'the catalogue has 36,000 items', remedy: null }],
  },
  metrics: { val_loss: 4, [RECALL]: 0.2 },
  data: {
    profile: {
      schemaVersion: 1,
      rows: 10,
      columns: [column('user', 'id'), column('price', 'number', 0.1), column('city', 'category', 0.3)],
    },
    validation: {
      reference: 'that of run demo#1',
      drift: [
        { column: 'user', by: 'values', psi: 9, kl: 8, ks: null },
        { column: 'price', by: 'percentiles', psi: 0.1, kl: 0.05, ks: { statistic: 0.2, pValue: 0.4 } },
        { column: 'city', by: 'values', psi: 0.2, kl: 0.01, ks: null },
      ],
    },
    outliers: [{ column: 'price', share: 0.02 }],
  },
  performance: {
    latency: [{ queries: 1, requests: 9, p50Ms: 1, p95Ms: 2, p99Ms: 3 }],
    modelBytes: 4e6,
    memoryMb: 5,
  },
  productionPerformance: null,
  hasProduction: false,
  ties: null,
};

function figure(gate: GateInput, more: Partial<GateEvidence> = {}): GatedFigure {
  const [first] = gatedFigures([gateSchema.parse(gate)], { ...EVIDENCE, ...more });
  return first!;
}

describe('a gated figure', () => {
  it.each<[GateInput, number]>([
    [{ metric: RECALL, atLeast: 0 }, 0.2],
    [{ metric: 'val_loss', atMost: 9 }, 4],
    [{ metric: RECALL, slice: { by: 'city', value: 'Vienna' }, atLeast: 0 }, 0.15],
    [{ metric: 'data_missing_share', atMost: 1 }, 0.3],
    [{ metric: 'data_missing_share', column: 'price', atMost: 1 }, 0.1],
    [{ metric: 'data_outlier_share', atMost: 1 }, 0.02],
    // The ids of users are new in new data: their drift counts only where a gate names them.
    [{ metric: 'data_psi', atMost: 1 }, 0.2],
    [{ metric: 'data_psi', column: 'user', atMost: 1 }, 9],
    [{ metric: 'data_kl', atMost: 1 }, 0.05],
    [{ metric: 'data_ks_p_value', atLeast: 0 }, 0.4],
    [{ metric: 'serving_latency_p95_ms_at_1', atMost: 9 }, 2],
    [{ metric: 'serving_model_mb', atMost: 9 }, 4],
    [{ metric: 'serving_memory_mb', atMost: 9 }, 5],
  ])('of %j is %d', (gate, value) => {
    expect(figure(gate)).toMatchObject({ value, why: null });
  });

  it('of a latency says by how many requests it was measured, which the gate tells', () => {
    const gates = [
      gateSchema.parse({ metric: 'serving_latency_p95_ms_at_1', atMost: 9 }),
      gateSchema.parse({ metric: 'serving_latency_p95_ms_at_1', atMost: 1 }),
      gateSchema.parse({ metric: 'serving_memory_mb', atMost: 9 }),
    ];
    const explanations = (requests: number) => {
      const [one] = EVIDENCE.performance!.latency;
      const performance = { ...EVIDENCE.performance!, latency: [{ ...one!, requests }] };
      const figures = gatedFigures(gates, { ...EVIDENCE, performance });
      return checkGates(gates, { metrics: {}, baselines: {}, figures }).map(({ explanation }) => explanation);
    };
    expect(explanations(9)).toEqual([
      'it was measured by 9 requests, and a higher TRAINYARD_LATENCY_MS makes more',
      'it is 2, above 1; it was measured by 9 requests, and a higher TRAINYARD_LATENCY_MS makes more',
      null,
    ]);
    expect(explanations(100)[0]).toBe('it was measured by 100 requests');
  });

  it('of ranks has no value where items score alike, which says the remedy; what no rank is in has its own', () => {
    const ties = { looked: 50, byTies: 50 };
    const gates = ['test_recall_at_10', 'val_recall_at_10', 'val_loss'].map((metric) =>
      gateSchema.parse({ metric, atLeast: 0.1 }),
    );
    const metrics = { ...EVIDENCE.metrics, val_recall_at_10: 1 };
    const figures = gatedFigures(gates, { ...EVIDENCE, metrics, ties });
    const judged = checkGates(gates, { metrics, baselines: {}, figures });
    expect(judged.map(({ passed }) => passed)).toEqual([false, false, true]);
    expect(judged[0]!.explanation).toBe(
      'there is no value: in 50 of 50 test rows that were looked at, items score alike and the right one counts as the first of them: set the activation of the last layer of both towers to "linear", lower the learning rate or train longer',
    );
  });

  it('of a slice is found by the name that lasts, too', () => {
    const [first] = EVIDENCE.findings.slices;
    const slices = [{ ...first!, by: 'userActivity', value: '1 to 22 training rows', alias: 'lowest' }];
    const gate = { metric: RECALL, slice: { by: 'userActivity', value: 'lowest' }, atLeast: 0 };
    expect(figure(gate, { findings: { ...EVIDENCE.findings, slices } }).value).toBe(0.15);
  });

  it('of no column of the data names the worst', () => {
    expect(figure({ metric: 'data_missing_share', atMost: 1 }).worstColumn).toBe('city');
    expect(figure({ metric: 'data_missing_share', column: 'price', atMost: 1 }).worstColumn).toBeUndefined();
  });

  it('of a slice that is not there names those there are in their order', () => {
    const values = [
      '100 to 1,200 training rows',
      '7 to 99 training rows',
      ...'l k j i h g f e d c'.split(' '),
    ];
    const slices = values.map((value) => ({ ...EVIDENCE.findings.slices[0]!, value }));
    const gate = { metric: RECALL, slice: { by: 'city', value: 'x' }, atLeast: 0 };
    expect(figure(gate, { findings: { ...EVIDENCE.findings, slices } }).why).toBe(
      'no slice by city has the value x: there are 7 to 99 training rows, 100 to 1,200 training rows, c, d, e, f, g, h, i, j and 2 more',
    );
  });

  it.each<[GateInput, string]>([
    [{ metric: 'test_mae', atMost: 1 }, 'the result has no such metric'],
    [
      { metric: RECALL, slice: { by: 'city', value: 'Graz' }, atLeast: 0 },
      'no slice by city has the value Graz: there is Vienna',
    ],
    [{ metric: RECALL, slice: { by: 'age', value: '1' }, atLeast: 0 }, 'nothing was measured by age'],
    [
      { metric: 'test_loss', slice: { by: 'city', value: 'Vienna' }, atMost: 9 },
      `of the slice there is only ${RECALL}`,
    ],
    [
      { metric: 'data_psi', column: 'size', atMost: 1 },
      'the data have no column size: there is user, price, city',
    ],
    [{ metric: 'data_ks_p_value', column: 'city', atLeast: 0 }, 'it is not measured of the column city'],
    [{ metric: 'serving_latency_p95_ms_at_256', atMost: 9 }, 'serving was not measured'],
  ])('of %j says why there is none', (gate, why) => {
    expect(figure(gate)).toMatchObject({ value: null, why });
  });

  it.each(['', 'x'])(
    'says why in Unicode, which no store takes half a character of, where it is cut: %j',
    (before) => {
      const value = `${before}${'🍎'.repeat(90)}`;
      const slices = [{ ...EVIDENCE.findings.slices[0]!, value }];
      const gate = { metric: RECALL, slice: { by: 'city', value }, atLeast: 0 };
      const { why } = figure(
        { ...gate, slice: { by: 'city', value: `${value}🍏` } },
        { findings: { ...EVIDENCE.findings, slices } },
      );
      expect(why).toMatch(/^no slice by city has the value .*🍎$/u);
      expect(why).not.toMatch(/\p{Surrogate}/u);
      const [judged] = checkGates([gate], {
        metrics: {},
        baselines: {},
        figures: [{ ...figure(gate), value: null, why: `${before}${'🍎'.repeat(600)}` }],
      });
      expect(judged!.explanation).not.toMatch(/\p{Surrogate}/u);
    },
  );

  it('of new users is that of their only slice, whatever it is called, or says that there are none', () => {
    const gate = { metric: RECALL, slice: { by: 'newUsers', value: 'all' }, atLeast: 0 };
    const slice = { ...EVIDENCE.findings.slices[0]!, by: 'newUsers', value: 'users without a training row' };
    expect(figure(gate, { findings: { ...EVIDENCE.findings, slices: [slice] } })).toMatchObject({
      value: 0.15,
    });
    const named = ['x', 'all'].map((value, i) => ({
      ...slice,
      value,
      metrics: [{ name: RECALL, value: i, interval: null }],
    }));
    expect(figure(gate, { findings: { ...EVIDENCE.findings, slices: named } })).toMatchObject({ value: 1 });
    expect(figure(gate).why).toBe(
      'nothing was measured by newUsers: no test row is of a user that train does not have',
    );
  });

  it('of a slice says why rows were not told apart', () => {
    const leftOut = [{ what: 'slices by season', why: 'no column is known to hold times', remedy: null }];
    const gate = { metric: RECALL, slice: { by: 'season', value: 'April to June' }, atLeast: 0 };
    expect(figure(gate, { findings: { ...EVIDENCE.findings, leftOut } }).why).toBe(
      'nothing was measured by season: no column is known to hold times',
    );
  });

  it.each(['there is none yet', 'not checked: there is none yet'])(
    'of drift says once that there is no reference: %s',
    (reference) => {
      const validation = { drift: [], reference };
      const data = { ...EVIDENCE.data, validation };
      expect(figure({ metric: 'data_psi', atMost: 1 }, { data }).why).toBe(
        'nothing to compare the data with: there is none yet',
      );
    },
  );

  it('is there once, with all that gates compare it with', () => {
    const gates = [
      { metric: RECALL, aboveBaseline: 'popularity' as const },
      { metric: RECALL, aboveBaseline: 'ease' as const },
      { metric: RECALL, aboveProduction: true as const },
    ].map((gate) => gateSchema.parse(gate));
    const figures = gatedFigures(gates, EVIDENCE);
    expect(figures).toMatchObject([
      {
        interval: INTERVAL,
        others: [
          { against: 'popularity', value: 0.1, differenceInterval: { low: 0.08, high: 0.12 } },
          { against: 'ease', value: null, why: 'the catalogue has 36,000 items' },
          { against: 'production', exists: false },
        ],
      },
    ]);
    expect(checkGates(gates, { metrics: {}, baselines: {}, figures }).map(({ passed }) => passed)).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('of a slice is compared with others on the rows of the slice', () => {
    const gate = {
      metric: RECALL,
      slice: { by: 'city', value: 'Vienna' },
      aboveBaseline: 'popularity' as const,
    };
    expect(figure(gate).others).toMatchObject([
      { value: 0.2, differenceInterval: { low: -0.07, high: -0.03 } },
    ]);
    expect(figure({ ...gate, aboveBaseline: 'ease' as const }).others).toMatchObject([{ value: null }]);
  });

  it('of the version that serves is missing where it could not be measured', () => {
    const gate = { metric: RECALL, aboveProduction: true as const };
    expect(figure(gate, { hasProduction: true }).others).toMatchObject([
      { against: 'production', exists: true, value: null, why: 'the version in production was not measured' },
    ]);
    const served = EVIDENCE.performance && { ...EVIDENCE.performance, memoryMb: 7 };
    const memory = { metric: 'serving_memory_mb', aboveProduction: true as const };
    expect(figure(memory, { hasProduction: true, productionPerformance: served }).others).toMatchObject([
      { value: 7 },
    ]);
  });
});
