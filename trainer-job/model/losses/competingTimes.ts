import { competingCount, type SoftmaxBatch } from '../softmaxBatch.js';

type Batch = Pick<SoftmaxBatch, 'items' | 'width' | 'competing' | 'logWeights' | 'logOwnWeights'>;

/** [competing] how often each competes, without what it is weighed with besides. */
export function competingTimes(batch: Batch): Float64Array {
  const { logWeights, logOwnWeights } = batch;
  const times = new Float64Array(competingCount(batch)).fill(1);
  if (logWeights)
    for (let j = 0; j < times.length; j++) times[j] = Math.exp(logWeights[j]! - (logOwnWeights?.[j] ?? 0));
  return times;
}
