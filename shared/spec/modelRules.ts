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
  const rules =
    model.type === 'retrieval'
      ? retrievalRules(model, features)
      : [...ratingRules(model, features), ...(model.type === 'ranking' ? rankingRules(model) : [])];
  return [...rules, ...monitorRules(model, features, training)];
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

/** What is monitored must be what the epochs of such a model tell. */
function monitorRules(model: Model, features: Features, { earlyStopping, schedule }: Training): RuleBroken[] {
  const monitors = [
    ...(earlyStopping ? [{ section: 'earlyStopping', monitor: earlyStopping.monitor }] : []),
    ...(schedule.type === 'plateau' ? [{ section: 'schedule', monitor: schedule.monitor }] : []),
  ];
  return monitors.flatMap(({ section, monitor }) => {
    const why = whyNotMonitored(monitor, model, features);
    return why ? [broken(['training', section, 'monitor'], why)] : [];
  });
}

function whyNotMonitored(monitor: string, { type, rating }: Model, { target }: Features): string | undefined {
  if (monitor === 'val_loss') return undefined;
  if (monitor.startsWith('recall_at_')) {
    return type === 'ranking'
      ? 'a ranking model has no recall: monitor val_loss or a metric of its ratings, or set model.type to "hybrid"'
      : undefined;
  }
  if (type === 'retrieval') return `a retrieval model has no ${monitor}: monitor val_loss or recall_at_K`;
  if (monitor.endsWith('_loss')) {
    return type === 'ranking' ? 'a ranking model has one loss: monitor val_loss' : undefined;
  }
  const isBinary = target?.threshold !== undefined || rating?.loss.type === 'binaryCrossEntropy';
  const known = isBinary ? ['val_auc', 'val_accuracy'] : ['val_rmse', 'val_mae'];
  return known.includes(monitor)
    ? undefined
    : `with such a target there is no ${monitor}: monitor ${known.join(' or ')}`;
}

function weightsOfOne(): RuleBroken {
  return broken(['model', 'lossWeights'], 'only a hybrid model has two losses: leave them out');
}

function broken(path: string[], message: string): RuleBroken {
  return { path, message };
}
