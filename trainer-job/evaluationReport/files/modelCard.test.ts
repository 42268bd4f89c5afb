import { checkGates } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { sampleReport } from '../../../test/support/evaluation/sampleReport.js';
import { modelCard } from './modelCard.js';

describe('the caveats of a model card', () => {
  it('say which gate is missed, on what, by how much or why, and whether it is critical', () => {
    const metric = 'test_recall_at_10';
    const slice = { by: 'city', value: 'Graz' };
    const gates = checkGates(
      [
        { metric, atLeast: 0.9 },
        { metric, slice, atLeast: 0.2, critical: false },
        { metric: 'data_psi', atMost: 0.2 },
        { metric, atLeast: 0.1 },
      ],
      { metrics: { [metric]: 0.5 }, baselines: {} },
    );
    const card = modelCard(sampleReport({ gates }));
    const caveats = /## Caveats\n\n(.*?)\n\n/s.exec(card)![1]!.split('\n');
    expect(caveats.filter((line) => line.includes('gate'))).toEqual([
      '- The gate on test recall@10 is missed: it is 0.5, below 0.9.',
      '- The gate on test recall@10 where city is Graz, which is not critical, is missed: there is no value: the result has no such metric.',
      '- The gate on data psi is missed: there is no value: the result has no such metric.',
    ]);
  });
});

describe('the evaluation of a model card', () => {
  it('says how many rows predictions are measured on, of a model that makes lists too', () => {
    const distribution = { ...DISTRIBUTION, rows: 2100 };
    const ratingErrors = { distribution, largest: [], byCategory: [] };
    const measured = { ...sampleReport().measured, rows: 244, rowsOfSplit: 2100 };
    const card = modelCard(sampleReport({ modelType: 'hybrid', measured, ratingErrors }));
    expect(card).toContain('Predictions of the target are measured on 2,100 rows.');
    expect(card).toContain('1,856 of 2,100 test rows (88.4 %) do not count in lists');
    expect(modelCard(sampleReport())).not.toContain('Predictions of the target');
  });
});

describe('the limitations of a model card', () => {
  it('name the slices in which nothing is found, sure or not', () => {
    const metric = { name: 'test_recall_at_100', value: 0, interval: { low: 0, high: 0.05 } };
    const slice = {
      by: 'itemPopularity',
      value: '1 to 2 training rows',
      rows: 181,
      users: 66,
      comparisons: [],
    };
    const card = (value: number) =>
      modelCard(sampleReport({ slices: [{ ...slice, isWorse: false, metrics: [{ ...metric, value }] }] }));
    expect(card(0)).toContain(
      '- It finds nothing for itemPopularity: 1 to 2 training rows (181 rows): recall@100 is 0.',
    );
    expect(card(0.01)).not.toContain('It finds nothing');
  });
});

const DISTRIBUTION = {
  min: -2,
  max: 2,
  mean: 0,
  median: 0,
  std: 1,
  percentiles: { p25: 0.3, p50: 0.6, p75: 1, p90: 1.4, p95: 1.7, p99: 1.9 },
};
