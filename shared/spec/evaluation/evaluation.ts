/** What a model is measured by, and what its result must reach. */
import { z } from 'zod';
import { metricNameSchema } from '../../common.js';
import { described } from '../../described.js';
import { metricPatterns } from '../../metrics/availability.js';
import { BASELINES } from '../../metrics/baselines.js';
import { METRIC_SPLITS } from '../../metrics/family.js';
import { canonicalMetricName } from '../../metrics/names.js';
import { USUAL_K } from '../../metrics/orderings.js';
import { baselineSchema, baselinesShape } from './baselines.js';
import { confidenceShape } from './confidence.js';
import { protocolShape } from './protocol.js';
import { yesOrNoShape } from './yesOrNo.js';

/** A metric by any of its names; the one that is stored comes of it. */
const askedMetricSchema = described(
  metricNameSchema.overwrite((name) => canonicalMetricName(name)),
  `The metric of the result that must reach the bound: ${metricPatterns(METRIC_SPLITS).join(', ')}. A metric that the result lacks does not pass.`,
  'test_recall_at_100',
);

const quoted = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

/** A bound on a metric of the result, which a model version must reach before it may be promoted. */
export const gateSchema = z
  .strictObject({
    metric: askedMetricSchema,
    atLeast: described(
      z.number().optional(),
      'The least value of the metric that passes. A gate has at least one of the three bounds.',
      0.3,
    ),
    atMost: described(
      z.number().optional(),
      'The greatest value of the metric that passes. A gate has at least one of the three bounds.',
      0.9,
    ),
    aboveBaseline: described(
      baselineSchema.optional(),
      'The baseline whose own value of the metric must be beaten: strictly less where less is better, and strictly greater elsewhere. ' +
        `Those that find items are ${quoted(BASELINES.retrieval)}; those that predict ratings are ${quoted(BASELINES.rating)}.`,
    ),
  })
  .refine(
    ({ atLeast, atMost, aboveBaseline }) =>
      [atLeast, atMost, aboveBaseline].some((bound) => bound !== undefined),
    'a gate has atLeast, atMost or aboveBaseline, or several of them',
  );
export type Gate = z.infer<typeof gateSchema>;

/** A row counts when its user and its item occur in train; what is a question and what is ranked is said by the protocol. */
export const evaluationSchema = z.strictObject({
  k: described(
    z
      .array(z.int().min(1).max(10_000))
      .min(1)
      .max(10)
      .default([...USUAL_K]),
    'The K of the metrics at K, such as recall@K: the share of rows whose item has fewer than K items of the catalogue that score strictly higher. ' +
      'Rows count whose user and item occur in train.',
    [10, 100],
  ),
  ...protocolShape,
  trainSample: described(
    z.int().min(0).max(1_000_000).default(0),
    'The number of training rows that are evaluated after each epoch too, by the metrics that begin with `train_`; 0 for none.',
    10_000,
  ),
  ...baselinesShape,
  ...confidenceShape,
  ...yesOrNoShape,
  gates: described(
    z.array(gateSchema).max(20).default([]),
    'What the result must reach, else its model version is not promoted. A gate that no result of such a model could pass is refused.',
    [{ metric: 'test_recall_at_100', atLeast: 0.3, aboveBaseline: 'popularity' }],
  ),
});
export type Evaluation = z.infer<typeof evaluationSchema>;
