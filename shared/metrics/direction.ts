import type { MetricTable } from './family.js';
import { parseMetricName } from './names.js';
import { METRICS } from './table.js';

/** How names of losses and errors end that the table does not have. */
const OTHER_ERRORS = ['loss', 'error', 'mse'];

/**
 * Whether less of a metric is better, on whatever split. A name that the table does not know is judged by its end: a loss or
 * an error is better low, and so is what ends like a family of which less is better; anything else is better high.
 */
export function isLowerBetter(metric: string, table: MetricTable = METRICS): boolean {
  const parsed = parseMetricName(metric, table);
  if (parsed) return parsed.family.better === 'lower';
  const families = Object.values(table).filter(({ better }) => better === 'lower');
  return [...OTHER_ERRORS, ...families.map(({ name }) => name)].some(
    (end) => metric === end || metric.endsWith(`_${end}`),
  );
}

/** Whether the value is strictly better than the other. */
export function isBetter(metric: string, value: number, other: number, table?: MetricTable): boolean {
  return isLowerBetter(metric, table) ? value < other : value > other;
}
