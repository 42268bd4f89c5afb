import { type EvaluationReport, formatMetric, metricTitle } from '@trainyard/shared';
import type { Chart, Plot } from './charts.js';
import { dotChart } from './measures.js';

type Importance = EvaluationReport['importance'][number];

const MOST_FEATURES = 40;

export function importanceChart(plot: Plot, { metric, features }: Importance): Chart {
  const marks = features.slice(0, MOST_FEATURES).map(({ feature, tower, loss, interval }) => ({
    name: `${feature} (${tower === 'query' ? 'user' : 'item'})`,
    value: loss,
    interval,
    isOwn: interval === null ? loss > 0 : interval.low > 0,
  }));
  const title = metricTitle(metric, 'test');
  return dotChart(plot, marks, {
    metric,
    axis: `how much worse ${title} becomes`,
    label: `What each feature is worth by ${title}: ${marks.map(({ name, value }) => `${name} ${formatMetric(metric, value)}`).join(', ')}`,
    reference: { value: 0, name: 'no use' },
  });
}
