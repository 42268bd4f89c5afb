/** Bayesian personalised ranking: −log σ(x_i − x_j) (Rendle et al., "BPR: Bayesian Personalized Ranking from Implicit Feedback", UAI 2009). */
import type { PairwiseLoss } from './pairwiseLoss.js';

export const bpr: PairwiseLoss = {
  own: () => ({ value: 0, slope: 0 }),
  pair(other, own, slopes) {
    const x = other - own;
    // log(1 + e^x), which no x overflows.
    slopes.value = Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    slopes.byOther = 1 / (1 + Math.exp(-x));
    slopes.byOwn = -slopes.byOther;
  },
};
