import type { LeftOut } from '@trainyard/shared';
import { meanEstimates } from '../confidence/estimate.js';
import { drawsRandom, slotsOf } from '../confidence/estimates.js';
import { meanOf, type PerUserMean } from '../confidence/perUser.js';
import { drawUsers } from '../confidence/userDraws.js';
import { MODEL, type PartContext, type Ranked } from '../part.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import { retrievalMeans } from '../retrieval/retrievalMeans.js';
import { gatedMetrics, placesBySlice, type SlicedFigures } from './sliced.js';
import type { Slicing } from './slicing.js';

interface Request {
  context: PartContext;
  slicings: readonly Slicing[];
  primaryMetric: string;
  /** What is cut is added. */
  leftOut: LeftOut[];
  ranked: Ranked;
  /** [targets] the query entity of each. */
  queries: Int32Array;
}

/** Of the model on the targets of each slice; where a user is asked for once, the targets of the slice are what is looked for. */
export async function rankedSlices({
  context,
  slicings,
  primaryMetric,
  leftOut,
  ranked: { rows, ranks },
  queries,
}: Request): Promise<SlicedFigures[]> {
  const { spec, between } = context;
  const own = ranks.get(MODEL)!;
  const { slots, count } = slotsOf(rows.users);
  const slotOf = new Map(Array.from(rows.users, (user, q) => [user, slots[q]!]));
  const found: SlicedFigures[] = [];
  const drawn = new Map<{ figures: SlicedFigures; metric: string }, PerUserMean>();
  for (const slicing of slicings) {
    for (const { key, places, rows: rowCount } of placesBySlice(
      slicing,
      queries,
      rows.items,
      leftOut,
      rows.rows,
    )) {
      const part = rowsAt(rows, own, places);
      const { users, means } = retrievalMeans(part.rows, part.ranks, spec.evaluation.k, 'test');
      const metrics = Object.fromEntries(
        [...means].flatMap(([name, mean]) => {
          const value = meanOf(mean);
          return value === undefined ? [] : [[name, value]];
        }),
      );
      if (metrics[primaryMetric] === undefined) continue;
      const figures = { key, rows: rowCount, users: users.length, metrics, estimates: new Map() };
      found.push(figures);
      for (const metric of new Set([primaryMetric, ...gatedMetrics(spec, key)])) {
        const mean = means.get(metric);
        if (mean) drawn.set({ figures, metric }, amongAll(mean, users, slotOf, count));
      }
    }
    await between();
  }
  const { bootstrapDraws } = spec.evaluation;
  if (bootstrapDraws === 0) return found;
  const draws = drawUsers(count, bootstrapDraws, drawsRandom(context, 'of slices'));
  const estimates = [...(await meanEstimates(drawn, draws, between))];
  return found.map((figures) => ({
    ...figures,
    estimates: new Map(
      estimates.flatMap(([of, estimate]) => (of.figures === figures ? [[of.metric, estimate]] : [])),
    ),
  }));
}

/** The rows of these targets alone. */
function rowsAt(
  all: EvaluationRows,
  ranks: Int32Array,
  places: Int32Array,
): { rows: EvaluationRows; ranks: Int32Array } {
  const queries: number[] = [];
  const users: number[] = [];
  const targetStart: number[] = [];
  let q = 0;
  let last = -1;
  places.forEach((target, at) => {
    while (all.targetStart[q + 1]! <= target) q++;
    if (q === last) return;
    last = q;
    queries.push(all.queries[q]!);
    users.push(all.users[q]!);
    targetStart.push(at);
  });
  const rows = places.map((target) => all.rows[target]!);
  return {
    rows: {
      per: all.per,
      queries: Int32Array.from(queries),
      users: Int32Array.from(users),
      targetStart: Int32Array.from([...targetStart, places.length]),
      items: places.map((target) => all.items[target]!),
      rows,
      rowCount: rows.reduce((sum, one) => sum + one, 0),
      excluded: null,
    },
    ranks: places.map((target) => ranks[target]!),
  };
}

/** The same mean by all users, of whom those that the slice does not have weigh nothing. */
function amongAll(
  { sums, weights }: PerUserMean,
  users: Int32Array,
  slotOf: ReadonlyMap<number, number>,
  count: number,
): PerUserMean {
  const all = { sums: new Float64Array(count), weights: new Float64Array(count) };
  users.forEach((user, i) => {
    const slot = slotOf.get(user)!;
    all.sums[slot] = sums[i]!;
    all.weights[slot] = weights[i]!;
  });
  return all;
}
