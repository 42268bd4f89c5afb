import type { Metrics } from '@trainyard/shared';

/** What tells how well targets are predicted, the first of them best. */
const MEASURES = [
  { title: 'rmse', lowerIsBetter: true },
  { title: 'auc', lowerIsBetter: false },
  { title: 'mae', lowerIsBetter: true },
  { title: 'accuracy', lowerIsBetter: false },
];

export interface RatingMeasure {
  title: string;
  /** As a metric. */
  name: string;
  lowerIsBetter: boolean;
}

/** Those that there are among the metrics; none of a model that predicts no target. */
export function ratingMeasures(metrics: Metrics, prefix: string): RatingMeasure[] {
  return MEASURES.map((measure) => ({ ...measure, name: `${prefix}${measure.title}` })).filter(
    ({ name }) => metrics[name] !== undefined,
  );
}
