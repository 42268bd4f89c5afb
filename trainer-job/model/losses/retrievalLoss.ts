/** What training makes small of a batch's scores, by `training.loss`. */
import { assertNever, type RetrievalLossSpec } from '@trainyard/shared';
import type { SoftmaxBatch, SoftmaxGradients } from '../softmaxBatch.js';
import { softmaxLoss } from '../softmaxLoss.js';
import { bpr } from './bpr.js';
import { ccl } from './ccl.js';
import { pairwiseLoss } from './pairwiseLoss.js';

/** `scoreCapacity`: how many scores of queries and items are held in one matrix. */
export type RetrievalLoss = (batch: SoftmaxBatch, scoreCapacity: number) => SoftmaxGradients;

export function retrievalLoss(spec: RetrievalLossSpec): RetrievalLoss {
  switch (spec.type) {
    case 'softmax':
      return (batch, capacity) => softmaxLoss({ ...batch, ...spec }, capacity);
    case 'bpr':
      return (batch, capacity) => pairwiseLoss(bpr, batch, capacity);
    case 'ccl': {
      const loss = ccl(spec);
      return (batch, capacity) => pairwiseLoss(loss, batch, capacity);
    }
    default:
      return assertNever(spec);
  }
}
