import type { LeftOut } from '@trainyard/shared';
import { figureEstimates } from '../confidence/estimate.js';
import { drawsRandom, slotsOf, weightedRows } from '../confidence/estimates.js';
import { drawUsers } from '../confidence/userDraws.js';
import { MODEL, type PartContext, type Rated } from '../part.js';
import { measuringOf, ratingMeasurer } from '../ratings/ratingMetrics.js';
import { placesBySlice, type SlicedFigures } from './sliced.js';
import type { Slicing } from './slicing.js';

interface Request {
  context: PartContext;
  slicings: readonly Slicing[];
  primaryMetric: string;
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
  const own = predicted.get(MODEL)!;
  const measuring = measuringOf(rated, MODEL);
  const { bootstrapDraws } = spec.evaluation;
  const random = drawsRandom(context, 'of slices');
  const found: SlicedFigures[] = [];
  for (const slicing of slicings) {
    for (const { key, places, rows } of placesBySlice(slicing, pairs.queries, pairs.items, leftOut)) {
      const at = (values: Float64Array) => Float64Array.from(places, (place) => values[place]!);
      const measure = ratingMeasurer({ predicted: at(own), actual: at(actual) }, measuring, 'test');
      const metrics = measure();
      if (metrics[primaryMetric] === undefined) continue;
      const { slots, count: users } = slotsOf(places.map((place) => data.query.ids[pairs.queries[place]!]!));
      const draws = drawUsers(users, bootstrapDraws, random, groupsFor(actual.length));
      const estimates =
        bootstrapDraws === 0
          ? undefined
          : await figureEstimates(weightedRows(draws, slots, measure), draws, between, true);
      found.push({ key, rows, users, metrics, estimates: estimates ?? new Map() });
      await between();
    }
  }
  return found;
}
