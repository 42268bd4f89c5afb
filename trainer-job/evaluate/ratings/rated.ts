/** What every method predicts for the same rows. */
import { type LeftOut, METRICS, metricName, type Metrics } from '@trainyard/shared';
import type { RatingModel } from '../../model/twoTowerModel.js';
import { ratingBaselines } from '../baselines/ratingBaselines.js';
import { MODEL, type Evaluated, type Rated } from '../part.js';
import { productionRater } from '../production/productionRater.js';
import { answersOf } from './answers.js';
import { predictRatings } from './predictRatings.js';
import { ratedPairs } from './ratedPairs.js';
import type { Rater } from './rater.js';
import { actualTargets, isBinaryTarget, measuringOf, ratingMetrics } from './ratingMetrics.js';

export interface RatedOutcome extends Rated {
  /** Of the model, the mean over the rows, before any calibration. */
  loss: number;
  /** Their metrics on the test split. */
  methods: { name: string; metrics: Metrics; settings: Rater['settings'] }[];
  leftOut: LeftOut[];
}

/** The test rows by the model and by the baselines; null for a model that predicts nothing. */
export async function ratedTest(evaluated: Evaluated): Promise<RatedOutcome | null> {
  const { model, data, between } = evaluated;
  const { rating } = model;
  if (!rating) return null;
  const pairs = ratedPairs(data, 'test');
  const { predicted: uncalibrated, loss } = await predictRatings(model, rating, pairs, between);
  const isBinary = isBinaryTarget(rating);
  const serving = await productionRater(evaluated, isBinary ? ['test', 'validation'] : ['test']);
  const leftOut = serving && 'why' in serving ? [serving] : [];
  const raters = [
    ...ratingBaselines(data, rating.target, isBinary),
    ...(serving && 'predict' in serving ? [serving] : []),
  ];
  const predicted = new Map([[MODEL, uncalibrated]]);
  for (const { name, predict } of raters) predicted.set(name, await predict(pairs, between));
  const rated: Rated = {
    pairs,
    actual: actualTargets(rating.target, pairs),
    isBinary,
    predicted,
    uncalibrated,
    thresholds: new Map(),
    answers: null,
  };
  const judged = rated.isBinary ? await withAnswers(rated, evaluated, rating, raters) : rated;
  return { ...judged, loss, leftOut, methods: raters.map((rater) => methodOf(rater, judged, evaluated)) };
}

/** Calibrated where that is asked for, and with the threshold of each method. */
async function withAnswers(
  rated: Rated,
  { model, data, spec, between }: Evaluated,
  rating: RatingModel,
  raters: readonly Rater[],
): Promise<Rated> {
  const pairs = ratedPairs(data, 'validation');
  const actual = actualTargets(rating.target, pairs);
  const own = (await predictRatings(model, rating, pairs, between)).predicted;
  const answers = answersOf({ predicted: own, actual }, spec);
  const thresholds = new Map([[MODEL, answers.thresholdOf({ predicted: answers.calibrate(own), actual })]]);
  for (const { name, predict } of raters) {
    thresholds.set(name, answers.thresholdOf({ predicted: await predict(pairs, between), actual }));
  }
  const predicted = new Map([...rated.predicted, [MODEL, answers.calibrate(rated.uncalibrated)]]);
  return { ...rated, predicted, thresholds, answers };
}

function methodOf(
  { name, settings }: Rater,
  rated: Rated,
  { spec }: Evaluated,
): RatedOutcome['methods'][number] {
  const threshold = typeof spec.evaluation.threshold === 'string' ? rated.thresholds.get(name) : undefined;
  return {
    name,
    metrics: metricsOf(rated, name),
    settings: { ...settings, ...(threshold !== undefined && { threshold }) },
  };
}

/** Of the model on the test split. */
export function modelMetrics(rated: RatedOutcome): Metrics {
  return rated.actual.length === 0
    ? {}
    : { [metricName(METRICS.loss, 'test')]: rated.loss, ...metricsOf(rated, MODEL) };
}

function metricsOf(rated: Rated, method: string): Metrics {
  const predicted = rated.predicted.get(method);
  return predicted
    ? ratingMetrics({ predicted, actual: rated.actual }, measuringOf(rated, method), 'test')
    : {};
}
