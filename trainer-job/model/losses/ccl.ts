/**
 * The cosine contrastive loss: 1 − x_i + w · max(0, x_j − m) of the cosines x, which are the scores of a model without a temperature
 * (Mao et al., "SimpleX: A Simple and Strong Baseline for Collaborative Filtering", CIKM 2021).
 */
import type { PairwiseLoss } from './pairwiseLoss.js';

export function ccl({ margin, negativeWeight }: { margin: number; negativeWeight: number }): PairwiseLoss {
  return {
    own: (own) => ({ value: 1 - own, slope: -1 }),
    pair(other, _own, slopes) {
      const above = other - margin;
      slopes.value = above > 0 ? negativeWeight * above : 0;
      slopes.byOther = above > 0 ? negativeWeight : 0;
      slopes.byOwn = 0;
    },
  };
}
