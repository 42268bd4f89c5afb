/** Label smoothing: what of the target goes to all items that compete, to each as often as it does. */
import type { SoftmaxBatch, SoftmaxGradients } from '../softmaxBatch.js';
import { competingTimes } from './competingTimes.js';

type Batch = Pick<
  SoftmaxBatch,
  'queries' | 'items' | 'width' | 'competing' | 'rowQuery' | 'rowWeights' | 'logWeights' | 'logOwnWeights'
>;

/** Adds -ε Σ_rows Σ_j u_j (q·c_j + log v_j) and its gradients: a mean of items stands for all scores. */
export function addSmoothing(batch: Batch, labelSmoothing: number, sum: SoftmaxGradients): void {
  if (labelSmoothing === 0) return;
  const { queries, items, width, rowQuery, rowWeights, logOwnWeights } = batch;
  const shares = sharesOf(batch);
  const mean = new Float64Array(width);
  let meanOwn = 0;
  shares.forEach((share, j) => {
    for (let c = 0; c < width; c++) mean[c]! += share * items[j * width + c]!;
    meanOwn += share * (logOwnWeights?.[j] ?? 0);
  });
  const ofQueries = new Float64Array(width);
  for (let row = 0; row < rowQuery.length; row++) {
    const times = labelSmoothing * (rowWeights?.[row] ?? 1);
    const q = rowQuery[row]! * width;
    let score = meanOwn;
    for (let c = 0; c < width; c++) {
      score += queries[q + c]! * mean[c]!;
      sum.dQueries[q + c]! -= times * mean[c]!;
      ofQueries[c]! += times * queries[q + c]!;
    }
    sum.loss -= times * score;
  }
  shares.forEach((share, j) => {
    for (let c = 0; c < width; c++) sum.dItems[j * width + c]! -= share * ofQueries[c]!;
  });
}

/** [competing] the share that each has among all that compete, with a sum of 1. */
function sharesOf(batch: Batch): Float64Array {
  const times = competingTimes(batch);
  const all = times.reduce((total, value) => total + value, 0);
  return times.map((value) => value / all);
}
