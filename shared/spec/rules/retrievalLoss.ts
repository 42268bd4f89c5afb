/** What `training.loss` needs of the model and of the negatives. */
import type { Model } from '../model.js';
import type { RuleBroken } from '../modelRules.js';
import { isPlainSoftmax } from '../losses/retrievalLoss.js';
import type { Training } from '../training.js';

export function brokenLossRules(
  { type, similarity, temperature }: Model,
  { loss, negatives }: Pick<Training, 'loss' | 'negatives'>,
): RuleBroken[] {
  const broken = (key: string, message: string): RuleBroken => ({ path: ['training', 'loss', key], message });
  if (type === 'ranking')
    return isPlainSoftmax(loss)
      ? []
      : [
          broken(
            'type',
            'a ranking model finds no items: leave training.loss out, and set model.rating.loss',
          ),
        ];
  return [
    ...(loss.type === 'ccl' && (similarity !== 'cosine' || temperature !== 1)
      ? [
          broken(
            'type',
            'ccl is of cosines: set model.similarity to "cosine" and leave model.temperature out',
          ),
        ]
      : []),
    ...(negatives.hardest === undefined
      ? []
      : loss.type !== 'softmax'
        ? [broken('type', `${loss.type} takes all that compete: leave training.negatives.hardest out`)]
        : loss.labelSmoothing > 0
          ? [broken('labelSmoothing', 'is of all that compete: leave it, or training.negatives.hardest, out')]
          : []),
  ];
}
