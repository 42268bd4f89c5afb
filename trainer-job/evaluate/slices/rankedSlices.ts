import type { LeftOut, Metrics } from '@trainyard/shared';
import { meanEstimates } from '../confidence/estimate.js';
import { drawsRandom, type MethodEstimates, slotsOf } from '../confidence/estimates.js';
import { meanOf, type PerUserMean, type PerUserMeans } from '../confidence/perUser.js';
import { drawUsers, type UserDraws } from '../confidence/userDraws.js';
import { MODEL, type PartContext, type Ranked } from '../part.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import { retrievalMeans } from '../retrieval/retrievalMeans.js';
import {
  comparedMethods,
  gatedMetrics,
  type PlacesOfSlice,
  placesBySlice,
  type SlicedFigures,
} from './sliced.js';
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

/** What is drawn of a slice: a metric of a method. */
interface Drawn {
  figures: SlicedFigures;
  method: string;
  metric: string;
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
  const { bootstrapDraws, k } = spec.evaluation;
  const { slots, count } = slotsOf(rows.users);
  const slotOf = new Map(Array.from(rows.users, (user, q) => [user, slots[q]!]));
  const draws = drawUsers(count, bootstrapDraws, drawsRandom(context, 'of slices'));
  const found: SlicedFigures[] = [];
  const drawn = new Map<Drawn, PerUserMean>();
  for (const slicing of slicings) {
    for (const slice of placesBySlice({ slicing, spec, leftOut }, queries, rows.items, rows.rows)) {
      const part = rowsAt(rows, slice);
      const meansOf = (method: string) =>
        retrievalMeans(part, valuesAt(ranks.get(method)!, slice.places), k, 'test');
      const own = meansOf(MODEL);
      const metrics = valuesOf(own);
      if (metrics[primaryMetric] === undefined) continue;
      const wanted = [...new Set([primaryMetric, ...gatedMetrics(spec, slice.key)])];
      const figures: SlicedFigures = {
        key: slice.key,
        rows: slice.rows,
        users: own.users.length,
        metrics,
        others: new Map(),
        estimates: new Map(),
      };
      const others = comparedMethods(context, slice.key).filter((method) => ranks.has(method));
      const all = new Map([[MODEL, own], ...others.map((method) => [method, meansOf(method)] as const)]);
      figures.others = new Map(others.map((method) => [method, chosen(valuesOf(all.get(method)!), wanted)]));
      found.push(figures);
      if (bootstrapDraws === 0) continue;
      for (const [method, means] of all) {
        const grouped = byGroup(means, slotOf, draws);
        for (const metric of wanted) {
          const mean = means.means.get(metric);
          if (mean) drawn.set({ figures, method, metric }, grouped(mean));
        }
      }
    }
    await between();
  }
  if (bootstrapDraws === 0) return found;
  const ofGroups = { ...draws, groupOf: Int32Array.from({ length: draws.groups }, (_, group) => group) };
  for (const [{ figures, method, metric }, estimate] of await meanEstimates(drawn, ofGroups, between))
    addEstimate(figures.estimates, method, metric, estimate);
  return found;
}

type Estimate = NonNullable<ReturnType<NonNullable<ReturnType<MethodEstimates['get']>>['get']>>;

function addEstimate(estimates: MethodEstimates, method: string, metric: string, estimate: Estimate): void {
  const own = estimates.get(method);
  if (own) own.set(metric, estimate);
  else estimates.set(method, new Map([[metric, estimate]]));
}

function valuesOf({ means }: PerUserMeans): Metrics {
  return Object.fromEntries(
    [...means].flatMap(([name, mean]) => {
      const value = meanOf(mean);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Those of the metrics that are wanted, as far as they are there. */
function chosen(metrics: Metrics, wanted: readonly string[]): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => wanted.includes(name)));
}

const valuesAt = (values: Int32Array, places: Int32Array) => places.map((place) => values[place]!);

/** The rows of these targets alone. */
function rowsAt(all: EvaluationRows, { places, counts, rows }: PlacesOfSlice): EvaluationRows {
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
  return {
    per: all.per,
    queries: Int32Array.from(queries),
    users: Int32Array.from(users),
    targetStart: Int32Array.from([...targetStart, places.length]),
    items: valuesAt(all.items, places),
    rows: counts,
    rowCount: rows,
    excluded: null,
    catalogue: all.catalogue,
  };
}

/** The same mean by the groups of all users that are drawn together; users that the slice does not have weigh nothing. */
function byGroup(
  { users }: PerUserMeans,
  slotOf: ReadonlyMap<number, number>,
  { groups, groupOf }: UserDraws,
): (mean: PerUserMean) => PerUserMean {
  const groupOfUser = users.map((user) => groupOf[slotOf.get(user)!]!);
  const known = new Map<Float64Array, Float64Array>();
  const summed = (values: Float64Array) => {
    let sums = known.get(values);
    if (sums) return sums;
    known.set(values, (sums = new Float64Array(groups)));
    for (let i = 0; i < values.length; i++) sums[groupOfUser[i]!]! += values[i]!;
    return sums;
  };
  return ({ sums, weights }) => ({ sums: summed(sums), weights: summed(weights) });
}
