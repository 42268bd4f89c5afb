import { z } from 'zod';
import { metricNameSchema } from '../common.js';
import { described } from '../described.js';
import { DEFAULT_MONITOR, metricPattern, monitoredFamilies } from '../metrics/availability.js';
import { canonicalMetricName } from '../metrics/names.js';

/** A metric of the epochs, on the validation split, by any of its names; which a model has, `brokenMetricRules` says. */
export const monitorSchema = described(
  metricNameSchema.overwrite((name) => canonicalMetricName(name)),
  `The metric of the epochs that is watched, on the validation split: ${monitoredFamilies(null)
    .map((family) => metricPattern(family, 'validation'))
    .join(', ')}. The model must have it.`,
  DEFAULT_MONITOR,
).default(DEFAULT_MONITOR);

const factorOf = (fallback: number) =>
  described(
    z.number().gt(0).lt(1).default(fallback),
    'The factor that the rate is multiplied with.',
    fallback,
  );
const minRate = described(
  z.number().min(0).max(10).default(0),
  'The least rate, below which the schedule does not go.',
  0.0001,
);

export const scheduleSchema = described(
  z.discriminatedUnion('type', [
    z.strictObject({
      type: described(z.literal('constant'), 'The rate stays that of the optimizer.'),
    }),
    z.strictObject({
      type: described(
        z.literal('cosine'),
        'The rate falls to `minRate` along half a cosine, a little at every step, and stays there.',
      ),
      epochs: described(
        z.int().min(1).max(10_000).optional(),
        'The number of epochs over which the rate falls; all of the training unless given.',
        20,
      ),
      minRate,
    }),
    z.strictObject({
      type: described(z.literal('step'), 'The rate is multiplied with `factor` after every so many epochs.'),
      everyEpochs: described(
        z.int().min(1).max(10_000).default(10),
        'The number of epochs between two changes of the rate.',
        10,
      ),
      factor: factorOf(0.1),
    }),
    z.strictObject({
      type: described(
        z.literal('exponential'),
        'The rate is multiplied with `factor` over each epoch, a little at every step.',
      ),
      factor: factorOf(0.95),
    }),
    z.strictObject({
      type: described(
        z.literal('plateau'),
        'The rate is multiplied with `factor` whenever the monitored metric has stopped to improve.',
      ),
      monitor: monitorSchema,
      patience: described(
        z.int().min(1).default(2),
        'The number of epochs without improvement after which the rate changes.',
        2,
      ),
      minDelta: described(
        z.number().min(0).default(0),
        'The least change of the metric that counts as an improvement.',
        0.001,
      ),
      factor: factorOf(0.5),
      minRate,
    }),
  ]),
  "How the learning rate goes on from the optimizer's.",
);
export type Schedule = z.infer<typeof scheduleSchema>;
