import type { EvaluationRows } from '../ranks/evaluationRows.js';

const NOTHING = new Int32Array(0);

/** The items that are left out of the ranking of query `q`. */
export function excludedOf({ excluded }: EvaluationRows, q: number): Int32Array {
  return excluded ? excluded.items.subarray(excluded.start[q], excluded.start[q + 1]) : NOTHING;
}
