import { z } from 'zod';
import { metricNameSchema } from '../common.js';
import { DEFAULT_MONITOR, metricPattern, monitoredFamilies } from '../metrics/availability.js';
import { canonicalMetricName } from '../metrics/names.js';

/** A metric of the epochs, on the validation split, by any of its names; which a model has, `brokenMetricRules` says. */
export const monitorSchema = metricNameSchema
  .overwrite((name) => canonicalMetricName(name))
  .meta({
    description: `A metric of the epochs, on the validation split: ${monitoredFamilies(null)
      .map((family) => metricPattern(family, 'validation'))
      .join(', ')}`,
    examples: [DEFAULT_MONITOR],
  })
  .default(DEFAULT_MONITOR);

const share = z.number().gt(0).lt(1);
const rate = z.number().min(0).max(10).default(0);

/** How the learning rate goes on from the optimizer's; epochs are counted in steps, so rates change within them too. */
export const scheduleSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('constant') }),
  /** Down to `minRate` along half a cosine over so many epochs (all of the training unless given), and stays there. */
  z.strictObject({
    type: z.literal('cosine'),
    epochs: z.int().min(1).max(10_000).optional(),
    minRate: rate,
  }),
  /** Times `factor` after every so many epochs. */
  z.strictObject({
    type: z.literal('step'),
    everyEpochs: z.int().min(1).max(10_000).default(10),
    factor: share.default(0.1),
  }),
  /** Times `factor` over each epoch, a little at every step. */
  z.strictObject({ type: z.literal('exponential'), factor: share.default(0.95) }),
  /** Times `factor` whenever the metric has not improved by more than `minDelta` for `patience` epochs. */
  z.strictObject({
    type: z.literal('plateau'),
    monitor: monitorSchema,
    patience: z.int().min(1).default(2),
    minDelta: z.number().min(0).default(0),
    factor: share.default(0.5),
    minRate: rate,
  }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;
