/** What a model is measured by, and what its result must reach. */
import { z } from 'zod';
import { metricNameSchema } from '../common.js';
import { metricPatterns } from '../metrics/availability.js';
import { BASELINES } from '../metrics/baselines.js';
import { METRIC_SPLITS } from '../metrics/family.js';
import { canonicalMetricName } from '../metrics/names.js';
import { USUAL_K } from '../metrics/orderings.js';

/** Baselines that find items: they are asked for, and compared by metrics of retrieval. */
export const retrievalBaselineSchema = z.enum(BASELINES.retrieval);
export type RetrievalBaseline = z.infer<typeof retrievalBaselineSchema>;

/** Baselines that predict targets: they come with every model that does. */
export const ratingBaselineSchema = z.enum(BASELINES.rating);

/** All that a result may be compared with. */
export const baselineSchema = z.enum([...retrievalBaselineSchema.options, ...ratingBaselineSchema.options]);
export type Baseline = z.infer<typeof baselineSchema>;

/** A metric by any of its names; the one that is stored comes of it. */
const askedMetricSchema = metricNameSchema
  .overwrite((name) => canonicalMetricName(name))
  .meta({
    description: `A metric of the result: ${metricPatterns(METRIC_SPLITS).join(', ')}`,
    examples: ['test_recall_at_100'],
  });

/**
 * What a completed run's result must reach before its model version may be promoted. A metric that the result lacks does not
 * pass. `aboveBaseline`: strictly better than the same metric of that baseline, which is less where less is better.
 */
export const gateSchema = z
  .strictObject({
    metric: askedMetricSchema,
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    aboveBaseline: baselineSchema.optional(),
  })
  .refine(
    ({ atLeast, atMost, aboveBaseline }) =>
      [atLeast, atMost, aboveBaseline].some((bound) => bound !== undefined),
    'a gate has atLeast, atMost or aboveBaseline, or several of them',
  );
export type Gate = z.infer<typeof gateSchema>;

/**
 * Rank of a row = number of catalogue items that score strictly higher than its item; recall@K = share of rows with
 * rank < K. A row counts when its user and its item occur in train. Nothing is excluded from the catalogue.
 */
export const evaluationSchema = z.strictObject({
  k: z
    .array(z.int().min(1).max(10_000))
    .min(1)
    .max(10)
    .default([...USUAL_K]),
  /** So many training rows are evaluated after each epoch too, by the metrics of `train_`; none unless given. */
  trainSample: z.int().min(0).max(1_000_000).default(0),
  baselines: z.array(retrievalBaselineSchema).default([...BASELINES.retrieval]),
  gates: z.array(gateSchema).max(20).default([]),
});
export type Evaluation = z.infer<typeof evaluationSchema>;
