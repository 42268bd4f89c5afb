/** What of a specification decides which metrics its epochs and its result have. */
import type { MeasuredModel } from '../../metrics/availability.js';
import type { TargetKind } from '../../metrics/family.js';
import type { Features } from '../features.js';
import type { Model } from '../model.js';
import type { Evaluation } from './evaluation.js';

interface Measured {
  model: Model | { preset: string };
  features: Features | { preset: string };
  evaluation: Evaluation;
}

export function measuredModel({
  model,
  features,
  evaluation: { k, trainSample, primaryMetric },
}: Measured): MeasuredModel {
  const measured = { k, hasTrainSample: trainSample > 0, primaryMetric };
  if ('preset' in model || 'preset' in features) return { ...measured, type: null, target: null };
  return {
    ...measured,
    type: model.type,
    target: model.type === 'retrieval' ? null : targetKind(model, features),
  };
}

function targetKind({ rating }: Model, { target }: Features): TargetKind {
  const isBinary = target?.threshold !== undefined || rating?.loss.type === 'binaryCrossEntropy';
  return isBinary ? 'binary' : 'number';
}
