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

describe('what a sweep was worth, or why nobody can tell, is said where', () => {
  const done = (metrics: Record<string, number>, verdict?: typeof RESULT.verdict): Partial<RunView> => ({
    status: 'completed',
    result: { ...RESULT, metrics, verdict },
  });
  const measured = done({ test_recall_at_100: 0.3 });
  /** What was there before the sweep. */
  const untuned = { ...runView({}).spec, tags: { before: 'yes' } };
  const said = (
    run: Partial<RunView>,
    baseline: Partial<RunView> | null,
    metrics: ComparedMetric[] = [metric],
  ) =>
    verdictOf({
      final: { runId: 'k3v7q2mzx5ahc4tnwy6d', trial: 1, overrides: {}, at: '', baselineRunId: null },
      run: runView({ name: 'shop#9', ...run }),
      baseline: baseline && runView({ name: 'shop#8', spec: untuned, ...baseline }),
      repeats: { sensitivity: null } as Worth['repeats'],
      comparison: { metrics } as Worth['comparison'],
    });
  const UNKNOWN = 'What the search was worth is not known: ';

  it('nothing is missing', () => {
    expect(said(measured, measured)).toContain('better than before the sweep');
  });

  it('the trial is what was there before', () => {
    expect(said(measured, { ...measured, spec: runView({}).spec })).toBe(
      'The trial is what the sweep began with, trained once more: there is no difference to tell of.',
    );
  });

  it('another metric was searched for than says most of the model: both are told of', () => {
    const loss = { ...metric, name: 'test_loss', title: 'test loss', better: 'lower', values: [5, 4] };
    const inSweep: RunView['inSweep'] = {
      sweepId: 'q5w2kzt7mbx3hvac4ndy',
      name: 'rates',
      role: 'final',
      trial: 1,
      maxTrials: 3,
      metric: 'val_loss',
      results: 3,
      best: null,
      changes: [],
      moreChanges: 0,
    };
    const tuned = { ...done({ test_recall_at_100: 0.3, test_loss: 4 }), inSweep };
    expect(said(tuned, measured, [metric, loss as ComparedMetric])).toMatch(
      /^test loss is 1\.0000 \(20 %\) better .* test recall@100 is 0\.0600/,
    );
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
