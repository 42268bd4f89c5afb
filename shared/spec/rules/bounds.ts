/** Bounds that decide nothing, or that nothing can reach, whatever the data. */
import { parseMetricName } from '../../metrics/names.js';
import type { Features } from '../features.js';
import type { RuleBroken } from '../modelRules.js';
import type { Training } from '../training.js';

/** A vocabulary of at most so many items, of which recall at as many is 1 whatever the model does. */
export function brokenDepthRules(
  asked: readonly { path: RuleBroken['path']; metric: string }[],
  { candidate }: Features,
): RuleBroken[] {
  // A tower without an id is refused by its own schema, and these rules are asked all the same.
  const id = candidate.find((feature) => feature.id);
  const most = id?.transform === 'lookup' ? id.maxSize : undefined;
  return asked.flatMap(({ path, metric }) => {
    const { family, k } = parseMetricName(metric) ?? {};
    return most === undefined || !family?.oneAtFullK || (k ?? 0) < most
      ? []
      : [
          {
            path,
            message: `${metric} is 1 whatever the model does, since maxSize leaves ${most} items: take a smaller K`,
          },
        ];
  });
}

/** A step of adamw that would take all of a weight. */
export function brokenDecayRules(training: Training): RuleBroken[] {
  const { optimizer, lrScaling, baseBatchSize, batchSize, accumulateSteps } = training;
  if (optimizer.type !== 'adamw') return [];
  const times = (batchSize * accumulateSteps) / baseBatchSize;
  const rate = optimizer.learningRate * { none: 1, sqrt: Math.sqrt(times), linear: times }[lrScaling];
  if (rate * optimizer.weightDecay < 1) return [];
  return [
    {
      path: ['training', 'optimizer', 'weightDecay'],
      message:
        `a learning rate of ${Number(rate.toPrecision(3))} times a weight decay of ${optimizer.weightDecay} leaves nothing of any weight: ` +
        'lower learningRate or weightDecay until their product, with lrScaling, is far below 1',
    },
  ];
}
