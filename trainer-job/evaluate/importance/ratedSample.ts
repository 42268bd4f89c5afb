import { valuesAt } from '../../model/valuesAt.js';
import type { Random } from '../../model/random.js';
import { figureEstimates } from '../confidence/estimate.js';
import { slotsOf, weightedRows } from '../confidence/estimates.js';
import { drawUsers } from '../confidence/userDraws.js';
import { MODEL, type PartContext, type Rated } from '../part.js';
import { type Predicting, predictRatings } from '../ratings/predictRatings.js';
import { measuringOf, ratingMeasurer } from '../ratings/ratingMetrics.js';
import { drawnUsers, leftOutOfSample, type Sample } from './sample.js';

const MAX_ROWS = 5000;
/** Each figure is measured once without each group of users. */
const GROUPS = 100;

export async function ratedSample(
  { data, model, spec, between }: PartContext,
  rated: Rated,
  metric: string,
  random: Random,
): Promise<Sample | null> {
  const { pairs, actual, predicted } = rated;
  const { rating } = model;
  if (!rating || actual.length === 0) return null;
  const { importanceUsers, bootstrapDraws } = spec.evaluation;
  const userOf = pairs.queries.map((query) => data.query.ids[query]!);
  const { slots, count } = slotsOf(userOf);
  const rowsOf = new Int32Array(count);
  for (const slot of slots) rowsOf[slot]! += 1;
  const drawn = drawnUsers(
    Int32Array.from(rowsOf.keys()),
    (slot) => rowsOf[slot]!,
    { users: importanceUsers, weight: MAX_ROWS },
    random,
  );
  const kept = Int32Array.from(slots.keys()).filter((row) => drawn.has(slots[row]!));
  const sampled = {
    split: pairs.split,
    rows: valuesAt(pairs.rows, kept),
    queries: valuesAt(pairs.queries, kept),
    items: valuesAt(pairs.items, kept),
    targets: valuesAt(pairs.targets, kept),
  };
  const numbersAt = (values: Float64Array) => Float64Array.from(kept, (row) => values[row]!);
  const truths = numbersAt(actual);
  const draws = drawUsers(drawn.size, bootstrapDraws, random, GROUPS);
  const own = slotsOf(valuesAt(userOf, kept)).slots;
  const predict = async (changed: Predicting) => {
    const { predicted: uncalibrated } = await predictRatings(changed, rating, sampled, between);
    return rated.answers ? rated.answers.calibrate(uncalibrated) : uncalibrated;
  };
  return {
    rows: kept.length,
    queries: Int32Array.from(new Set(sampled.queries)),
    leftOut: leftOutOfSample(drawn.size, count, importanceUsers),
    async estimate(changed) {
      const predictions = changed ? await predict(changed) : numbersAt(predicted.get(MODEL)!);
      const measure = ratingMeasurer(
        { predicted: predictions, actual: truths },
        measuringOf(rated, MODEL),
        'test',
      );
      const figures = weightedRows(draws, own, measure);
      return (await figureEstimates(figures, draws, between, true)).get(metric);
    },
  };
}
