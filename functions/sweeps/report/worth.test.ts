import type { ComparedMetric, MetricSensitivity, RunView } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../../test/support/callbacks.js';
import { runView } from '../../../test/support/runView.js';
import { verdictOf, verdictWords, type Worth } from './worth.js';

const metric = {
  name: 'test_recall_at_100',
  title: 'test recall@100',
  better: 'higher',
  values: [0.3, 0.36],
} as ComparedMetric;

describe('what a sweep was worth', () => {
  const spread = (std: number, values = 3) => ({ mean: 0.35, std, values }) as MetricSensitivity;

  it('is the mean of the seeds, where it is more than they make by chance', () => {
    expect(verdictWords(metric, spread(0.005))).toMatch(/is 0\.0500 \(17 %\) better .* more than 0\.0248/);
    expect(verdictWords(metric, spread(0.02))).toMatch(/take it for chance/);
    // Of two seeds nobody knows how far they scatter.
    expect(verdictWords(metric, spread(0.005, 2))).toMatch(/take it for chance/);
  });

  it('is worse where less is better and it is more', () => {
    expect(verdictWords({ ...metric, better: 'lower' }, undefined)).toMatch(/0\.0600 \(20 %\) worse/);
  });
});

describe('what a sweep was worth, where nobody can tell, is said with the reason:', () => {
  const done = (metrics: Record<string, number>, verdict?: typeof RESULT.verdict): Partial<RunView> => ({
    status: 'completed',
    result: { ...RESULT, metrics, verdict },
  });
  const measured = done({ test_recall_at_100: 0.3 });
  const said = (run: Partial<RunView>, baseline: Partial<RunView> | null) =>
    verdictOf({
      final: { runId: 'k3v7q2mzx5ahc4tnwy6d', trial: 1, overrides: {}, at: '', baselineRunId: null },
      run: runView({ name: 'shop#9', ...run }),
      baseline: baseline && runView({ name: 'shop#8', ...baseline }),
      repeats: { sensitivity: null } as Worth['repeats'],
      comparison: { metrics: [metric] } as Worth['comparison'],
    });
  const UNKNOWN = 'What the search was worth is not known: ';

  it('nothing is missing', () => {
    expect(said(measured, measured)).toContain('better than before the sweep');
  });

  it.each([
    ['nothing was trained beside it', measured, null, 'what was before it was not trained beside it'],
    ['it failed', { status: 'failed' as const }, measured, 'shop#9, which retrains it, is failed.'],
    [
      'what was before goes on',
      measured,
      { status: 'running' as const },
      'shop#8, which is what was before it, is running.',
    ],
    [
      'the leading metric is missing',
      done({ test_loss: 5 }),
      measured,
      'the result of shop#9 has no recall@100, by which such models are compared. Nobody can tell yet: the trainer sent no verdict',
    ],
    [
      'no row was measured before',
      measured,
      done({}, { decision: 'unsure', sentence: 'Nobody can tell yet: no test row.', reasons: [] }),
      'the result of shop#8 has no recall@100, by which such models are compared. Nobody can tell yet: no test row.',
    ],
  ])('%s', (_what, run, baseline, why) => {
    const words = said(run, baseline);
    expect(words).toContain(`${UNKNOWN}${why}`);
  });
});
