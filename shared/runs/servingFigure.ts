import { parseMetricName } from '../metrics/names.js';
import { METRICS } from '../metrics/table.js';
import type { Performance } from './performance.js';

/** A metric of serving, by its name; undefined where that was not measured. */
export function servingFigure(
  metric: string,
  { latency, modelBytes, memoryMb }: Omit<Performance, 'trainingSeconds'>,
): number | undefined {
  const parsed = parseMetricName(metric);
  if (parsed?.family === METRICS.modelSize) return modelBytes / 1e6;
  if (parsed?.family === METRICS.memory) return memoryMb;
  const measured = latency.find(({ queries }) => queries === parsed?.k);
  switch (parsed?.family) {
    case METRICS.latencyP50:
      return measured?.p50Ms;
    case METRICS.latencyP95:
      return measured?.p95Ms;
    case METRICS.latencyP99:
      return measured?.p99Ms;
    default:
      return undefined;
  }
}

/** Of how many requests a latency is, by its name; undefined for what is none, and where it was not measured. */
export function latencyRequests(
  metric: string,
  { latency }: Pick<Performance, 'latency'>,
): number | undefined {
  const parsed = parseMetricName(metric);
  if (parsed?.split !== 'serving') return undefined;
  return latency.find(({ queries }) => queries === parsed.k)?.requests;
}
