import { type EvaluationReport, isLowerBetter } from '@trainyard/shared';
import type { MetadataImpact } from './metadata.js';

/** What the properties of items bring, from the importance of all of them together. */
export function metadataImpact([measured]: EvaluationReport['importance']): MetadataImpact {
  const found = measured?.features.find(({ feature }) => feature === 'productMetadata');
  if (!measured || !found) return null;
  const { metric, value } = measured;
  const without = isLowerBetter(metric) ? value + found.loss : value - found.loss;
  return {
    method: 'permutation on the trained model, not a model trained without the metadata',
    metric,
    with_metadata: value,
    without_metadata: without,
    improvement_vs_no_metadata: without === 0 ? null : inPercent(found.loss / Math.abs(without)),
    interval: found.interval,
    proves_metadata_value: found.interval !== null && found.interval.low > 0,
  };
}

/** `+9.1%` */
function inPercent(share: number): string {
  return `${share < 0 ? '-' : '+'}${(100 * Math.abs(share)).toFixed(1)}%`;
}
