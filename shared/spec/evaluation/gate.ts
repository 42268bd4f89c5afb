/** What a result must reach before its model version may be promoted. */
import { z } from 'zod';
import { metricNameSchema, runIdSchema } from '../../common.js';
import { described } from '../../described.js';
import { metricPatterns } from '../../metrics/availability.js';
import { BASELINES } from '../../metrics/baselines.js';
import { METRIC_SPLITS } from '../../metrics/family.js';
import { canonicalMetricName } from '../../metrics/names.js';
import { baselineSchema } from './baselines.js';

/** A metric by any of its names; the one that is stored comes of it */
const askedMetricSchema = described(
  metricNameSchema.overwrite((name) => canonicalMetricName(name)),
  `The metric of the result that must reach the bound: ${metricPatterns(METRIC_SPLITS).join(', ')}. What was not measured does not pass.`,
  'test_recall_at_100',
);

/** Rows of the test split by what they have in common, as the slices of `evaluation.json` name them. */
export const sliceReferenceSchema = z.strictObject({
  by: described(z.string().min(1).max(200), 'What the rows are told apart by, as a slice has it.', 'city'),
  value: described(
    z.string().max(200),
    'What the rows of the slice have in common. Of `userActivity` and `itemPopularity`, whose bounds follow from the data, also `lowest` or `highest`: the tenth of the users, or of the catalogue, that train has least or most rows of.',
    'Vienna',
  ),
});
export type SliceReference = z.infer<typeof sliceReferenceSchema>;

/** How far apart two values must be, or may be. */
export const marginSchema = z.union([
  described(z.number().min(0).max(1e12), 'In the units of the metric.', 0.02),
  z.strictObject({
    share: described(
      z.number().min(0).max(1000),
      'As a share of the value that is compared with: 0.05 is five percent of it.',
      0.05,
    ),
  }),
]);
export type Margin = z.infer<typeof marginSchema>;

const comparedRunSchema = z.union([
  runIdSchema,
  z.strictObject({
    run: described(z.string().min(1).max(100), 'The id of the run, or what else it is called.', 'shop#46'),
    value: described(z.number(), 'Its value of the metric, as it is compared with.', 0.301),
  }),
]);

const quoted = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

const comparisons = {
  aboveBaseline: described(
    baselineSchema.optional(),
    'The baseline whose own value of the metric must be beaten: strictly less where less is better, and strictly greater elsewhere, unless ' +
      `minImprovement or maxRegression says how much. Those that find items are ${quoted(BASELINES.retrieval)}; those that predict ratings are ${quoted(BASELINES.rating)}.`,
    'popularity',
  ),
  aboveProduction: described(
    z.literal(true).optional(),
    'The version that was in production when the run was started must be beaten in the same way, on the same rows. Where none was, the gate passes and says so.',
    true,
  ),
  aboveRun: described(
    comparedRunSchema.optional(),
    'The id of another completed run whose value must be beaten in the same way. Its value is read when the run is started, and stands here from then on, ' +
      'with what the run is called; a trainer that runs alone is given both.',
    'k3v7q2mzx5ahc4tnwy6d',
  ),
};

const gateFields = {
  metric: askedMetricSchema,
  slice: described(
    sliceReferenceSchema.optional(),
    'The slice of the test rows that the metric is of; all of them unless given.',
  ),
  column: described(
    z.string().min(1).max(200).optional(),
    'The column of the data that a metric beginning with `data_` is of; the worst column unless given.',
    'price',
  ),
  atLeast: described(
    z.number().optional(),
    'The least value that passes. A gate has at least one bound: this, atMost, aboveBaseline, aboveProduction or aboveRun.',
    0.3,
  ),
  atMost: described(
    z.number().optional(),
    'The greatest value that passes. A gate has at least one bound: this, atLeast, aboveBaseline, aboveProduction or aboveRun.',
    0.9,
  ),
  ...comparisons,
  minImprovement: described(
    marginSchema.optional(),
    'How much better than what it is compared with the value must be at least, instead of merely better: a number in the units of the metric, or `{share: 0.05}` for five percent.',
    0.02,
  ),
  maxRegression: described(
    marginSchema.optional(),
    'How much worse than what it is compared with the value may be at most, in the same way. A gate has this or minImprovement.',
    { share: 0.01 },
  ),
  onInterval: described(
    z.boolean().default(false),
    'Whether the worse bound of the 95 % interval has to pass, and not the value alone.',
    true,
  ),
  critical: described(
    z.boolean().default(true),
    'Whether a result that misses the gate is kept from promotion. One that is not critical is said when it is missed, and blocks nothing.',
    false,
  ),
  set: described(
    z.string().max(63).optional(),
    'The gate set that the gate came from when the run was started; nobody needs to give it.',
    'regression',
  ),
};

const BOUNDS = ['atLeast', 'atMost', 'aboveBaseline', 'aboveProduction', 'aboveRun'] as const;

/** A bound on a figure of the result, which a model version must reach before it may be promoted. */
export const gateSchema = z
  .strictObject(gateFields)
  .refine(
    (gate) => BOUNDS.some((bound) => gate[bound] !== undefined),
    'a gate has atLeast, atMost, aboveBaseline, aboveProduction or aboveRun, or several of them',
  );
export type Gate = z.infer<typeof gateSchema>;
/** As somebody writes it. */
export type GateInput = z.input<typeof gateSchema>;

/** The quarters of a year, as slices by `season` call them. */
export const SEASONS = [
  'January to March',
  'April to June',
  'July to September',
  'October to December',
] as const;
