import { isByTies, METRICS, metricName, type Metrics } from '@trainyard/shared';
import type { EncodedDataset, SplitName } from '../data/encodedDataset.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { catalogue } from '../model/catalogue.js';
import { countEqual } from './ranks/equalScores.js';
import { evaluationRows, rowsProtocol } from './ranks/evaluationRows.js';
import { scoreRows } from './ranks/scoreSplit.js';
import { ownScoring, type Scoring } from './ranks/scoring.js';
import { ratedPairs } from './ratings/ratedPairs.js';
import { scoreRatings } from './ratings/predictRatings.js';
import { metricsOfScores } from './retrieval/retrievalMetrics.js';

/** After each epoch: some hundredths of a second. */
const TIES_LOOKED_AT = { queries: 50, scores: 500_000 };

/**
 * All that a model of its type is measured by on a split after an epoch, with the weights it has when asked. A hybrid's loss is
 * the weighted sum of those of retrieval and of ratings, which it has as well. Retrieval is computed by `scoring`, which is this
 * thread unless given. `onTies` is told each time whether the ranks tell of equal scores more than of the model.
 */
export function splitScorer(
  model: TwoTowerModel,
  data: EncodedDataset,
  split: SplitName,
  scoring?: Scoring,
  onTies?: (isByTies: boolean) => void,
): (between?: () => Promise<void>) => Promise<Metrics> {
  const { evaluation, model: spec } = model.spec;
  const { rating } = model;
  const rows =
    spec.type === 'ranking' ? undefined : evaluationRows(data, split, 'known', rowsProtocol(model.spec));
  const pairs = rating && ratedPairs(data, split);
  // Nothing at a K needs to know more.
  const depth = Math.max(...evaluation.k);
  return async (between) => {
    const embedding = onTies && (scoring ?? ownScoring(model));
    const items = rows && (await embedding?.embed('candidate', catalogue(model.candidate.data.entities)));
    const scores = rows && (await scoreRows(model, rows, { items, depth, between, scoring }));
    if (items)
      onTies?.(isByTies(countEqual(model, { rows, itemVectors: items }, evaluation.k, TIES_LOOKED_AT)));
    const found = scores && metricsOfScores(rows, scores, evaluation.k, split);
    const rated = rating && pairs && (await scoreRatings(model, rating, pairs, split, between));
    return together(found, rated, split, spec.lossWeights);
  };
}

/** The metrics of retrieval and of ratings, either left out where the model has none; the weighted sum of their losses is the loss of both. */
export function together(
  found: Metrics | null | undefined,
  rated: Metrics | null | undefined,
  split: SplitName,
  { retrieval, ranking } = { retrieval: 1, ranking: 1 },
): Metrics {
  if (!found || !rated) return { ...found, ...rated };
  const loss = metricName(METRICS.loss, split);
  const [a, b] = [found[loss], rated[loss]];
  return {
    ...found,
    ...rated,
    ...(a !== undefined && { [metricName(METRICS.retrievalLoss, split)]: a }),
    ...(b !== undefined && { [metricName(METRICS.ratingLoss, split)]: b }),
    // Without a row for either there is none: 0 would be the best of all.
    ...((a ?? b) !== undefined && { [loss]: retrieval * (a ?? 0) + ranking * (b ?? 0) }),
  };
}
