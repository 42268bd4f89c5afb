/** What a type of model needs of the other sections of a specification, and what means nothing to it. */
import type { Features } from './features.js';
import type { Model } from './model.js';
import { isReshaped } from './rating.js';
import type { Training } from './training.js';

export interface RuleBroken {
  path: string[];
  message: string;
}

export function brokenModelRules(model: Model, features: Features, training: Training): RuleBroken[] {
  return model.type === 'retrieval'
    ? retrievalRules(model, features)
    : [...ratingRules(model, features), ...(model.type === 'ranking' ? rankingRules(model, training) : [])];
}

function retrievalRules({ rating, lossWeights }: Model, { target }: Features): RuleBroken[] {
  const remedy = 'set model.type to "ranking" or "hybrid", or leave it out';
  return [
    ...(target ? [broken(['features', 'target'], `a retrieval model predicts no target: ${remedy}`)] : []),
    ...(rating ? [broken(['model', 'rating'], `a retrieval model has no rating head: ${remedy}`)] : []),
    ...(lossWeights ? [weightsOfOne()] : []),
  ];
}

function ratingRules({ type, rating }: Model, { target }: Features): RuleBroken[] {
  if (!target) {
    return [
      broken(
        ['features', 'target'],
        `a ${type} model needs it: { column: the column of ratings or amounts }`,
      ),
    ];
  }
  const loss = rating?.loss.type;
  if (loss === 'categoricalCrossEntropy' && (isReshaped(target) || target.threshold !== undefined)) {
    return [
      broken(['features', 'target'], 'categoricalCrossEntropy takes the column as it is: leave only column'),
    ];
  }
  if (loss === 'binaryCrossEntropy' && isReshaped(target)) {
    return [
      broken(['features', 'target'], 'binaryCrossEntropy needs 0 … 1: use threshold, or leave only column'),
    ];
  }
  return [];
}

function rankingRules(
  { lossWeights, temperature }: Model,
  { earlyStopping, schedule }: Training,
): RuleBroken[] {
  const monitors = [
    { section: 'earlyStopping', monitor: earlyStopping ? earlyStopping.monitor : 'val_loss' },
    { section: 'schedule', monitor: schedule.type === 'plateau' ? schedule.monitor : 'val_loss' },
  ];
  return [
    ...(lossWeights ? [weightsOfOne()] : []),
    ...(typeof temperature === 'number'
      ? []
      : [broken(['model', 'temperature'], 'a ranking model has no softmax: leave the temperature out')]),
    ...monitors
      .filter(({ monitor }) => monitor !== 'val_loss')
      .map(({ section }) =>
        broken(
          ['training', section, 'monitor'],
          'a ranking model has no recall: monitor val_loss, or set model.type to "hybrid"',
        ),
      ),
  ];
}

function weightsOfOne(): RuleBroken {
  return broken(['model', 'lossWeights'], 'only a hybrid model has two losses: leave them out');
}

function broken(path: string[], message: string): RuleBroken {
  return { path, message };
}
