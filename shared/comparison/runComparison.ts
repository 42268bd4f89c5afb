/** Runs beside each other, as the API answers. Every list of values is in the order of `runs`. */
import { z } from 'zod';
import { instantSchema, metricNameSchema, modelIdSchema, modelTypeSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';
import { DEFAULT_MONITOR } from '../metrics/availability.js';
import { intervalSchema } from '../metrics/interval.js';
import { identityFields } from '../runs/identity.js';
import { runStatusSchema } from '../runs/statusSchemas.js';

export const MOST_COMPARED = 100;
/** A longer curve is told of by every n-th epoch. */
export const MOST_POINTS = 500;

const INSTANT = '2026-11-20T19:18:25.000Z';
const RUN = 'k3v7q2mzx5ahc4tnwy6d';

const values = z.array(z.number().nullable());

const comparedRunSchema = z.strictObject({
  runId: runIdSchema,
  modelId: modelIdSchema,
  name: described(z.string(), 'The name that people use for the run.', 'shop#47'),
  title: identityFields.title.clone(),
  intent: identityFields.intent.clone(),
  modelType: modelTypeSchema,
  status: runStatusSchema.clone(),
  requestedBy: described(z.string(), 'Who asked for the run.', 'ada@example.com'),
  createdAt: described(instantSchema.clone(), 'When the run was requested.', INSTANT),
  seconds: described(
    z.number().nullable(),
    'The time from the first report of its trainer to its end, in seconds; null until it has ended.',
    412.5,
  ),
  usd: described(
    z.number().nullable(),
    'What it has cost, in US dollars; null where that is not known.',
    0.42,
  ),
  metricsOf: described(
    z.enum(['result', 'newestEpoch']).nullable(),
    'What its metrics are of. `result`: the weights that were kept. `newestEpoch`: the newest epoch of a run that is not completed, which statistics and ' +
      '`bestRunIds` leave out. null where it has none.',
  ),
});

const comparedMetricSchema = z.strictObject({
  name: described(metricNameSchema.clone(), 'The name of the metric.', 'test_recall_at_10'),
  title: described(z.string(), 'A short title for people.', 'test recall@10'),
  better: described(
    z.enum(['higher', 'lower']).nullable(),
    'Which values are better; null where neither is, as of a learning rate.',
  ),
  values: described(values.clone(), 'The values; null where a run lacks the metric.', [0.208, 0.214, null]),
  deltas: described(
    values.clone(),
    'Each value less that of the baseline; null where either lacks the metric.',
    [0, 0.006, null],
  ),
  intervals: described(
    z.array(intervalSchema.nullable()).nullable(),
    'How sure each value is, by the evaluation of its run; null where that has no interval, and null altogether unless `include` asks for `intervals`.',
    [{ low: 0.199, high: 0.217 }, null, null],
  ),
  count: described(z.int().min(0), 'The number of results that have the metric.', 2),
  lacking: described(z.int().min(0), 'The number of runs that lack it.', 1),
  mean: described(z.number().nullable(), 'The mean of the results; null of none.', 0.211),
  std: described(
    z.number().nullable(),
    'The standard deviation of the results, as of a sample: the squares are divided by one less than their count. Null of fewer than two.',
    0.00424,
  ),
  min: described(z.number().nullable(), 'The least result; null of none.', 0.208),
  max: described(z.number().nullable(), 'The greatest result; null of none.', 0.214),
  bestRunIds: described(
    z.array(runIdSchema),
    'The run whose result is best, and those that tie with it; empty where neither direction is better, or there is no result.',
    [RUN],
  ),
});

const flatValueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** A key whose values are not the same in all runs. */
const differenceSchema = z.strictObject({
  key: described(
    z.string(),
    'Where it stands, with dots; the elements of a list have numbers from 0.',
    'training.optimizer.learningRate',
  ),
  values: described(
    z.array(flatValueSchema),
    'The values; null where a run has none. A list of plain values is written as JSON.',
    [0.05, 0.1, 0.1],
  ),
});
const differences = z.array(differenceSchema);

const pointSchema = z.strictObject({
  epoch: described(z.int().min(1), 'The number of the epoch, from 1.', 3),
  value: described(z.number(), 'The value after it.', 6.48),
});

const curveSchema = z.strictObject({
  name: described(metricNameSchema.clone(), 'The name of the metric.', DEFAULT_MONITOR),
  better: comparedMetricSchema.shape.better.clone(),
  series: described(
    z.array(
      z.strictObject({
        points: described(
          z.array(pointSchema),
          'The values in the order of epochs; empty of a run that has none.',
        ),
        everyNth: described(
          z.int().min(1),
          `1 where every epoch is told of; of a run of more than ${MOST_POINTS} epochs every n-th and the last one are.`,
          1,
        ),
      }),
    ),
    'The curve of each run.',
  ),
});

export const runComparisonSchema = z.strictObject({
  baselineRunId: described(runIdSchema.clone(), 'The run that deltas are to.'),
  runs: described(z.array(comparedRunSchema), 'The runs, in the order in which they were asked for.'),
  comparability: described(
    z.strictObject({
      verdict: described(
        z.enum(['comparable', 'notComparable', 'unknown']),
        'Whether the figures are of the same rows, measured in the same way. `unknown`: nothing else differs, and a run does not say which rows it has.',
      ),
      reasons: described(z.array(z.string()), 'Why not, in sentences.', [
        'They have other rows (shop#46: 198,964 rows, sha256:9f86d081884c…; shop#47: 200,112 rows, sha256:1b4f0e9851…).',
      ]),
      groups: described(
        z.array(z.array(runIdSchema)),
        'The runs whose figures may be put beside each other; those that do not say which rows they have are in none.',
        [[RUN]],
      ),
    }),
    'Whether one figure can be said to be better than another.',
  ),
  metrics: described(
    z.array(comparedMetricSchema),
    'The metrics that any run has, or those that were asked for: first the primary metric of the baseline, then the others of its split.',
  ),
  notes: described(z.array(z.string()), 'What is missing or is not what it seems, in sentences.', [
    'shop#47 is running: its metrics are those of epoch 3.',
  ]),
  specification: described(differences.clone(), 'What differs between the specifications.'),
  data: described(differences.clone(), 'What differs between the rows.'),
  environment: described(
    differences.clone(),
    'What differs between machines, backends, versions and variables.',
  ),
  code: described(differences.clone(), 'What differs between the code of the trainers.'),
  curves: described(
    z.array(curveSchema).nullable(),
    'Metrics by epochs, where `include` asks for `curves`: those that were asked for, else the losses and what says most on validation. null otherwise.',
  ),
});
export type RunComparison = z.infer<typeof runComparisonSchema>;
export type ComparedRun = RunComparison['runs'][number];
export type ComparedMetric = RunComparison['metrics'][number];
