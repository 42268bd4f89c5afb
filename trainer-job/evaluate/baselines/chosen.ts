/** Settings of a baseline that nobody gave are chosen on validation rows: the test rows have no part in it. */
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import type { Ranker } from '../ranks/ranker.js';

/** Queries that a choice is made on: more do not change it, and each is scored for every candidate. */
const MOST_QUERIES = 2000;

/**
 * The candidate whose ranker finds the rows best, the first of equal ones: by the mean of 1 / log₂(2 + rank), which is NDCG with
 * one relevant item and no K. Without rows it is `otherwise`.
 */
export async function chosen<T>(
  candidates: readonly T[],
  otherwise: T,
  { rows, rankerOf }: { rows: EvaluationRows; rankerOf: (candidate: T) => Promise<Ranker> },
  between: () => Promise<void>,
): Promise<T> {
  const some = spread(rows, MOST_QUERIES);
  let [best, highest] = [otherwise, -Infinity];
  if (some.items.length === 0) return best;
  for (const candidate of candidates) {
    const ranker = await rankerOf(candidate);
    const gain = gainOf(some, await ranker.ranks(some, between));
    if (gain > highest) [best, highest] = [candidate, gain];
  }
  return best;
}

function gainOf({ rows }: EvaluationRows, ranks: Int32Array): number {
  return ranks.reduce((sum, rank, t) => sum + rows[t]! / Math.log2(2 + rank), 0);
}

/** At most so many queries, evenly spread over the rows. */
function spread(rows: EvaluationRows, most: number): EvaluationRows {
  const count = rows.queries.length;
  if (count <= most) return rows;
  return withQueries(
    rows,
    Int32Array.from({ length: most }, (_, i) => Math.floor((i * count) / most)),
  );
}

/** The rows of some queries alone, and of these the targets that are wanted. */
export function withQueries(
  rows: EvaluationRows,
  queries: Int32Array,
  isWanted: (item: number) => boolean = () => true,
): EvaluationRows {
  const [targets, outs]: [number[], number[]] = [[], []];
  const targetStart = new Int32Array(queries.length + 1);
  const start = new Int32Array(queries.length + 1);
  queries.forEach((q, i) => {
    for (let t = rows.targetStart[q]!; t < rows.targetStart[q + 1]!; t++) {
      if (isWanted(rows.items[t]!)) targets.push(t);
    }
    targetStart[i + 1] = targets.length;
    if (rows.excluded) {
      const { items, start: from } = rows.excluded;
      for (let at = from[q]!; at < from[q + 1]!; at++) if (isWanted(items[at]!)) outs.push(items[at]!);
    }
    start[i + 1] = outs.length;
  });
  const own = Int32Array.from(targets, (t) => rows.rows[t]!);
  return {
    ...rows,
    queries: queries.map((q) => rows.queries[q]!),
    users: queries.map((q) => rows.users[q]!),
    targetStart,
    items: Int32Array.from(targets, (t) => rows.items[t]!),
    rows: own,
    rowCount: own.reduce((sum, count) => sum + count, 0),
    excluded: rows.excluded && { start, items: Int32Array.from(outs) },
  };
}
