import { runSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { endedRun, FAILURE } from '../../test/support/endedRun.js';
import { gateLines, messageOf, metricRows, runMessageSchema, shownRun } from './message.js';

const GATES = [
  { metric: 'test_recall_at_100', atLeast: 0.35, aboveBaseline: 'history' as const },
  { metric: 'test_loss', atMost: 6 },
  { metric: 'test_rmse', atMost: 1 },
];

describe('the message about a run', () => {
  it('of a completed run has its metrics beside the baselines, and nothing that failed', () => {
    const message = messageOf(endedRun('completed'), 'completed', 'https://trainyard.example/runs/{runId}');
    expect(runMessageSchema.parse(message)).toEqual({
      outcome: 'completed',
      title: '[demo] Run demo#7 completed',
      runId: 'abcdefghijklmnopqrst',
      runName: 'demo#7',
      modelId: 'demo',
      runNumber: 7,
      endedAt: '2026-01-01T01:02:03.000Z',
      seconds: 3_723,
      costUsd: 1.234,
      metrics: [
        { name: 'test_loss', value: 5.25, baselines: {} },
        { name: 'test_recall_at_5', value: 0.34321, baselines: { popularity: 0.0322, history: 0.3414 } },
        { name: 'test_recall_at_100', value: 0.349999, baselines: { history: 0.2811 } },
      ],
      failedGates: [],
      error: null,
      runUrl: 'https://trainyard.example/runs/abcdefghijklmnopqrst',
    });
  });

  it('says four decimals of each metric, and a dash for a baseline that lacks it', () => {
    expect(metricRows(messageOf(endedRun('completed'), 'completed', undefined))).toEqual([
      ['metric', 'this model', 'popularity', 'history'],
      ['test_loss', '5.2500', '–', '–'],
      ['test_recall_at_5', '0.3432', '0.0322', '0.3414'],
      ['test_recall_at_100', '0.3500', '–', '0.2811'],
    ]);
  });

  it('names each gate that failed with its value and its threshold, and no other', () => {
    const message = messageOf(endedRun('completed', {}, GATES), 'gateFailed', undefined);
    expect(message.title).toBe('[demo] Run demo#7 completed, a gate failed');
    expect(gateLines(message)).toEqual([
      'test_recall_at_100 is 0.349999, must be at least 0.35, above each user’s own history (0.2811)',
      'test_rmse is missing, must be at most 1',
    ]);
  });

  it('says that a baseline lacks the metric of a gate', () => {
    const gates = [{ metric: 'test_loss', aboveBaseline: 'popularity' as const }];
    const message = messageOf(endedRun('completed', {}, gates), 'gateFailed', undefined);
    expect(gateLines(message)).toEqual(['test_loss is 5.25, must be below popularity (which has none)']);
  });

  it('of a failed run has the error with its remedy', () => {
    const message = messageOf(endedRun('failed'), 'failed', undefined);
    expect(message).toMatchObject({
      title: '[demo] Run demo#7 failed',
      error: FAILURE,
      metrics: [],
      runUrl: null,
    });
    expect(metricRows(message)).toEqual([]);
  });

  it.each<[startedAt: string | null, usd: number | null, facts: string[]]>([
    ['2026-01-01T00:00:00.000Z', 1.234, ['1 h 2 min', '$1.23']],
    ['2026-01-01T01:00:00.000Z', 0.0042, ['2 min 3 s', '$0.0042']],
    ['2026-01-01T01:02:01.400Z', 0, ['2 s', '$0.00']],
    [null, null, []],
  ])('begun at %s and costing %s says %j', (startedAt, usd, facts) => {
    const cost = usd === null ? null : { usd, countedUntil: '2026-01-01T01:02:03.000Z', byMonth: {} };
    const message = messageOf(endedRun('cancelled', { startedAt, cost }), 'cancelled', undefined);
    expect(shownRun(message).facts.map(([, value]) => value)).toEqual([
      'demo#7 (abcdefghijklmnopqrst)',
      '2026-01-01 01:02:03 UTC',
      ...facts,
    ]);
  });

  it('has nothing of the specification, nor who asked for the run', () => {
    const run = runSchema.parse(endedRun('completed'));
    const text = JSON.stringify(messageOf(run, 'completed', undefined));
    expect(text).not.toMatch(/purchases\.csv|sha256|somebody|gs:/);
  });
});
