import { digestOf, isPlainSoftmax } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { TrainRequest } from '../loop/trainRequest.js';

/** The identity that checkpoints get, then those of former versions of the trainer that are continued as well. */
export function identitiesOf(
  request: Pick<TrainRequest, 'data' | 'dataDigest' | 'formerDataDigest' | 'spec'>,
): readonly [string, ...string[]] {
  const { formerDataDigest } = request;
  if (formerDataDigest === undefined) return [identityOf(request)];
  return [identityOf(request), identityOf({ ...request, dataDigest: formerDataDigest })];
}

/** What must be equal for a checkpoint to be continued: everything that shapes the weights. */
function identityOf({ data, dataDigest, spec }: Pick<TrainRequest, 'data' | 'dataDigest' | 'spec'>): string {
  // What only says how long to train, what to keep and how much memory a step may take leaves the weights as they are.
  const {
    epochs,
    maxSteps: _steps,
    maxSeconds: _seconds,
    earlyStopping: _stop,
    checkpoint: _checkpoint,
    scoreMegabytes: _memory,
    loss,
    ...training
  } = spec.training;
  const { schedule } = training;
  return digestOf({
    features: spec.features,
    model: spec.model,
    // Checkpoints of when there was no other one are continued.
    training: isPlainSoftmax(loss) ? training : { ...training, loss },
    // How long the training is does not matter, unless the learning rate follows it.
    ...(schedule.type === 'cosine' && { cosineEpochs: schedule.epochs ?? epochs }),
    query: shapeOf(data.query),
    candidate: shapeOf(data.candidate),
    rows: data.splits.train.count,
    ...(dataDigest !== undefined && { data: dataDigest }),
  });
}

function shapeOf({ features, entities }: EncodedDataset['query']) {
  return { features, entities };
}
