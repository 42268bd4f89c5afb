import type { MetricTable } from './family.js';
import { parseMetricName } from './names.js';
import { METRICS } from './table.js';

/**
 * Between which values a metric lies, both included: shares between 0 and 1, what may be negative up to its `greatest`, all else
 * from 0 on. Undefined for a name that the table does not have.
 */
export function metricRange(
  metric: string,
  table: MetricTable = METRICS,
): { least: number; greatest: number } | undefined {
  const family = parseMetricName(metric, table)?.family;
  if (!family) return undefined;
  const { display, mayBeNegative = false, greatest = display.as === 'share' ? 1 : Infinity, least } = family;
  return { least: least ?? (mayBeNegative ? -Infinity : 0), greatest };
}
