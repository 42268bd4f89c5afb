import type { LeftOut, Metrics } from '@trainyard/shared';
import { figureEstimates } from '../confidence/estimate.js';
import { drawsRandom, type MethodEstimates, slotsOf, weightedRows } from '../confidence/estimates.js';
import { drawUsers } from '../confidence/userDraws.js';
import { MODEL, type PartContext, type Rated } from '../part.js';
import { measuringOf, ratingMeasurer } from '../ratings/ratingMetrics.js';
import { comparedMethods, gatedMetrics, placesBySlice, type SlicedFigures, type SliceKey } from './sliced.js';
import type { Slicing } from './slicing.js';

interface Request {
  context: PartContext;
  slicings: readonly Slicing[];
  /** Null where the slices are told apart by another one: then only what gates ask for has an interval. */
  primaryMetric: string | null;
  /** What is cut is added. */
  leftOut: LeftOut[];
  rated: Rated;
}

/** Each slice is measured once without each group of users: fewer of them where rows are many. */
const groupsFor = (rows: number) => Math.max(20, Math.min(100, Math.floor(2_000_000 / rows)));

/** Of the model's predictions for the rows of each slice. */
export async function ratedSlices({
  context,
  slicings,
  primaryMetric,
  leftOut,
  rated,
}: Request): Promise<SlicedFigures[]> {
  const { data, spec, between } = context;
  const { pairs, actual, predicted } = rated;
  const { bootstrapDraws } = spec.evaluation;
  const random = drawsRandom(context, 'of slices');
  const found: SlicedFigures[] = [];
  for (const slicing of slicings) {
    for (const { key, places, rows } of placesBySlice(
      { slicing, spec, leftOut },
      pairs.queries,
      pairs.items,
    )) {
      const at = (values: Float64Array) => Float64Array.from(places, (place) => values[place]!);
      const targets = at(actual);
      const measurerOf = (method: string) =>
        ratingMeasurer(
          { predicted: at(predicted.get(method)!), actual: targets },
          measuringOf(rated, method),
          'test',
        );
      const measured = measurerOf(MODEL)();
      if (primaryMetric !== null && measured[primaryMetric] === undefined) continue;
      const wanted = wantedMetrics(context, key, primaryMetric, measured);
      const others =
        wanted.size === 0 ? [] : comparedMethods(context, key).filter((one) => predicted.has(one));
      const { slots, count: users } = slotsOf(places.map((place) => data.query.ids[pairs.queries[place]!]!));
      const draws = drawUsers(users, bootstrapDraws, random, groupsFor(actual.length));
      const estimates: MethodEstimates = new Map();
      for (const method of bootstrapDraws === 0 || wanted.size === 0 ? [] : [MODEL, ...others]) {
        const figures = weightedRows(draws, slots, measurerOf(method));
        estimates.set(method, await figureEstimates(figures, draws, between, true));
      }
      const isWanted = ([name]: [string, number]) => wanted.has(name);
      found.push({
        key,
        rows,
        users,
        metrics: measured,
        others: new Map(
          others.map((method) => [
            method,
            Object.fromEntries(Object.entries(measurerOf(method)()).filter(isWanted)),
          ]),
        ),
        estimates,
      });
      await between();
    }
  }
  return found;
}

function wantedMetrics(
  { spec }: PartContext,
  key: SliceKey,
  primaryMetric: string | null,
  measured: Metrics,
): Set<string> {
  const asked = [...(primaryMetric === null ? [] : [primaryMetric]), ...gatedMetrics(spec, key)];
  return new Set(asked.filter((metric) => measured[metric] !== undefined));
}
