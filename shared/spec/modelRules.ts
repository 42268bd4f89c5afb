/** What a type of model needs of the other sections of a specification, and what means nothing to it. */
import type { Features } from './features.js';
import type { Model } from './model.js';
import { isReshaped } from './rating.js';

export interface RuleBroken {
  path: (string | number)[];
  message: string;
}

export function brokenModelRules(model: Model, features: Features): RuleBroken[] {
  return model.type === 'retrieval'
    ? retrievalRules(model, features)
    : [...ratingRules(model, features), ...(model.type === 'ranking' ? rankingRules(model) : [])];
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

function rankingRules({ lossWeights, temperature }: Model): RuleBroken[] {
  return [
    ...(lossWeights ? [weightsOfOne()] : []),
    ...(typeof temperature === 'number'
      ? []
      : [broken(['model', 'temperature'], 'a ranking model has no softmax: leave the temperature out')]),
  ];
}

function weightsOfOne(): RuleBroken {
  return broken(['model', 'lossWeights'], 'only a hybrid model has two losses: leave them out');
}

function broken(path: string[], message: string): RuleBroken {
  return { path, message };
}
