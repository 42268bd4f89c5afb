/** `evaluation.json`: all that is known of how good a run's model is. Reports, the terminal and the page are made of it alone. */
import { z } from 'zod';
import {
  instantSchema,
  metricNameSchema,
  metricsSchema,
  modelIdSchema,
  modelTypeSchema,
  runIdSchema,
} from '../common.js';
import { described } from '../described.js';
import { EPOCH_METRICS } from '../metrics/examples.js';
import { gateResultSchema } from '../runs/gateResult.js';
import { performanceSchema } from '../runs/performance.js';
import { verdictSchema } from '../runs/verdict.js';
import { runWarningsSchema } from '../runs/warnings.js';
import { dataSummarySchema, modelSummarySchema, trainingSummarySchema } from './background.js';
import { changesSchema } from './changes.js';
import { comparisonSchema } from './comparison.js';
import { importanceSchema } from './importance.js';
import { listsSchema, sampleListSchema } from './lists.js';
import { leftOutSchema, measuredMetricSchema } from './measured.js';
import { provenanceSchema } from './provenance.js';
import { ratingErrorsSchema, yesOrNoSchema } from './ratings.js';
import { sliceSchema } from './slice.js';

const methodSchema = z.strictObject({
  name: described(z.string().max(63), 'The name of the method.', 'popularity'),
  metrics: described(z.array(measuredMetricSchema), 'Its metrics on the same rows.'),
  settings: described(
    z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
    'What it was computed with, such as what was chosen on the validation rows.',
    { lambda: 200 },
  ),
});

export const evaluationReportSchema = z.strictObject({
  schemaVersion: described(z.literal(1), 'The version of the form that the document has.'),
  run: described(
    z.strictObject({
      runId: described(
        z.union([runIdSchema, z.string().max(63)]),
        'The id of the run.',
        'k3v7q2mzx5ahc4tnwy6d',
      ),
      modelId: described(
        modelIdSchema.nullable(),
        'The id of the model; null where the run has no control plane.',
      ),
      modelVersion: described(z.string().max(200), 'What the model is called.', 'shop#47'),
      attempt: described(z.int().min(1), 'The number of the attempt.', 1),
      evaluatedAt: described(instantSchema.clone(), 'When it was evaluated.'),
    }),
    'The run that was evaluated.',
  ),
  verdict: verdictSchema,
  modelType: modelTypeSchema,
  primaryMetric: described(
    metricNameSchema.nullable(),
    'The metric that says most of the model; null where no test row could be measured, and where it has no value on those that were.',
    'test_recall_at_100',
  ),
  measured: described(
    z.strictObject({
      rows: described(z.int().min(0), 'The number of test rows that count.', 17_113),
      users: described(z.int().min(0), 'The number of their users.', 1204),
      rowsOfSplit: described(z.int().min(0), 'The number of rows of the test split.', 19_896),
      items: described(z.int().min(0), 'The number of items of the catalogue.', 3801),
      how: described(
        z.string().max(1000),
        'What counts and what is ranked, in a sentence.',
        'each test row whose user and item occur in train, among all items of the catalogue',
      ),
    }),
    'What was measured.',
  ),
  metrics: described(z.array(measuredMetricSchema), 'The metrics of the model on the test split.'),
  methods: described(
    z.array(methodSchema),
    'The baselines, and `production` where a version serves, on the same rows.',
  ),
  comparisons: described(
    z.array(comparisonSchema),
    'The model against each of the methods by the metrics that both have: first the primary metric and the best method.',
  ),
  leftOut: described(z.array(leftOutSchema), 'What was not measured, and why.'),
  lists: described(z.array(listsSchema), 'What the recommended lists themselves are like.'),
  slices: described(z.array(sliceSchema), 'For whom it is how good: the worst first.'),
  ratingErrors: described(
    ratingErrorsSchema.nullable(),
    'How far predicted numbers are off; null without any.',
  ),
  yesOrNo: described(
    yesOrNoSchema.nullable(),
    'How good predicted answers are, yes or no; null without any.',
  ),
  importance: described(z.array(importanceSchema), 'What each feature is worth to the model.'),
  changes: described(changesSchema.nullable(), 'What a release would change; null where no version serves.'),
  samples: described(
    z.array(sampleListSchema).max(10),
    'Recommendations of some users beside what they took.',
  ),
  performance: described(performanceSchema.nullable(), 'What serving takes; null where it was not measured.'),
  gates: described(z.array(gateResultSchema), 'The gates of the specification against the result.'),
  history: described(
    z.array(
      z.strictObject({
        epoch: described(z.int().min(1), 'The number of the epoch, from 1.', 3),
        seconds: described(z.number().min(0), 'How long it took, in seconds.', 12.4),
        metrics: described(metricsSchema.clone(), 'Its metrics.', EPOCH_METRICS),
      }),
    ),
    'The metrics of each epoch.',
  ),
  bestEpoch: described(z.int().min(0), 'The epoch whose weights were kept; 0 where there was none.', 9),
  warnings: runWarningsSchema,
  provenance: described(
    provenanceSchema.nullable().default(null),
    'What the model was made of, by what, and by whom; null in reports of before.',
  ),
  data: described(dataSummarySchema.clone(), 'The rows that the model was made of.'),
  model: described(modelSummarySchema.clone(), 'What was trained.'),
  training: described(trainingSummarySchema.clone(), 'How it was trained.'),
});
export type EvaluationReport = z.infer<typeof evaluationReportSchema>;

/** The sections that parts of an evaluation fill, as they are where a part finds nothing. */
export const NOTHING_FOUND = {
  slices: [],
  ratingErrors: null,
  yesOrNo: null,
  importance: [],
  changes: null,
  samples: [],
} satisfies Partial<EvaluationReport>;
