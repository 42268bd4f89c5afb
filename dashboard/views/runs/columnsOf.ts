import type { RunView } from '@trainyard/shared/http/bodies';
import { resultMetrics } from '@trainyard/shared/metrics/columns';

/** More would not fit beside each other. */
const MOST_COLUMNS = 6;

/** The metrics of results that a list shows: those that tables show, of the first runs that have any. */
export function columnsOf(runs: readonly Pick<RunView, 'result'>[]): string[] {
  const names = new Set<string>();
  for (const { result } of runs)
    for (const name of resultMetrics(Object.keys(result?.metrics ?? {})))
      if (names.size < MOST_COLUMNS) names.add(name);
  return [...names];
}
