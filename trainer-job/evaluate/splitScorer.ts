import type { Metrics } from '@trainyard/shared';
import type { EncodedDataset, SplitName } from '../data/encodedDataset.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { evaluationRows } from './evaluationRows.js';
import { ratedPairs } from './ratedPairs.js';
import { scoreRatings } from './scoreRatings.js';
import { scoreSplit } from './scoreSplit.js';
import type { Scoring } from './scoring.js';

/**
 * All that a model of its type is measured by on a split, with the weights it has when asked. A hybrid's `{prefix}loss` is
 * the weighted sum of `{prefix}retrieval_loss` and `{prefix}rating_loss`. Retrieval is computed by `scoring`, which is this
 * thread unless given.
 */
export function splitScorer(
  model: TwoTowerModel,
  data: EncodedDataset,
  split: SplitName,
  prefix: string,
  scoring?: Scoring,
): (between?: () => Promise<void>) => Promise<Metrics> {
  const { evaluation, model: spec } = model.spec;
  const { rating } = model;
  const rows = spec.type === 'ranking' ? undefined : evaluationRows(data, split);
  const pairs = rating && ratedPairs(data, split);
  return async (between) => {
    const found = rows ? await scoreSplit(model, rows, evaluation.k, prefix, { between, scoring }) : {};
    if (!rating || !pairs) return found;
    const rated = await scoreRatings(model, rating, pairs, prefix, between);
    return rows ? together(found, rated, prefix, spec.lossWeights) : rated;
  };
}

function together(
  found: Metrics,
  rated: Metrics,
  prefix: string,
  { retrieval, ranking } = { retrieval: 1, ranking: 1 },
): Metrics {
  const [a, b] = [found[`${prefix}loss`], rated[`${prefix}loss`]];
  return {
    ...found,
    ...rated,
    ...(a !== undefined && { [`${prefix}retrieval_loss`]: a }),
    ...(b !== undefined && { [`${prefix}rating_loss`]: b }),
    // Without a row for either there is none: 0 would be the best of all.
    ...((a ?? b) !== undefined && { [`${prefix}loss`]: retrieval * (a ?? 0) + ranking * (b ?? 0) }),
  };
}
