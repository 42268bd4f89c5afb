/** The verdict of a result, whoever trained it. */
import { leadingMetric } from '../metrics/columns.js';
import { metricTitle } from '../metrics/display.js';
import { measuredModel } from '../spec/evaluation/measuredModel.js';
import type { RunResult } from '../runs/reported.js';
import type { Run } from '../runs/run.js';
import type { Verdict } from '../runs/verdict.js';
import { comparisonsOf } from './comparisons.js';
import { verdictOf } from './verdictOf.js';

/** The trainer's own; where it sends none, as those of before, by the figures alone, since it sent no intervals either. */
export function resultVerdict(
  { spec, gates }: Pick<Run, 'spec' | 'gates'>,
  { verdict, metrics, baselines }: Pick<RunResult, 'verdict' | 'metrics' | 'baselines'>,
): Verdict {
  if (verdict) return verdict;
  const leading = leadingMetric(measuredModel(spec), 'test');
  const primaryMetric = leading !== undefined && metrics[leading] !== undefined ? leading : null;
  const methods = Object.entries(baselines).map(([name, own]) => ({ name, metrics: own ?? {} }));
  return verdictOf({
    primaryMetric,
    whyNoPrimary: `the trainer sent no verdict, and its result has no ${leading === undefined ? 'metric of the test split' : metricTitle(leading, 'test')} to tell by`,
    comparisons: comparisonsOf(metrics, methods, primaryMetric),
    gates,
  });
}
