/** What a trainer reports of a run, in callbacks and in the documents that keep them. */
import { z } from 'zod';
import { instantSchema, metricsSchema } from '../common.js';
import { described } from '../described.js';
import { gatedFiguresSchema } from './gatedFigure.js';
import { performanceSchema } from './performance.js';
import { stageNameSchema } from './statusSchemas.js';
import { verdictSchema } from './verdict.js';
import { BASELINE_METRICS, LOG_MESSAGE, RESULT_METRICS } from '../metrics/examples.js';

/** Never holds a secret or a row of data. */
export const runErrorSchema = described(
  z.strictObject({
    code: described(
      z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
      'The code of the error. What each code means and what to do about it is in the reference of errors.',
      'expectation-violated',
    ),
    message: described(
      z.string().max(4000),
      'What went wrong, in a sentence.',
      'dataset.expectations: 12 of 10000 values of price are below 0',
    ),
    stage: described(
      stageNameSchema.nullable().default(null),
      'The stage in which it happened; null outside of stages.',
    ),
    remedy: described(
      z.string().max(2000).nullable().default(null),
      'What to change, in a sentence; null where nobody knows.',
      'remove the rows, or allow a share of them by atMost',
    ),
  }),
  'Why a run or an attempt failed.',
);
export type RunError = z.infer<typeof runErrorSchema>;

export const progressSchema = described(
  z.strictObject({
    fraction: described(z.number().min(0).max(1), 'The share of the current stage that is done.', 0.42),
    step: described(
      z.int().min(0).nullable().default(null),
      'The number of steps of the optimizer so far; null outside of training.',
      1200,
    ),
    totalSteps: described(
      z.int().min(0).nullable().default(null),
      'The number of steps of the whole training, if nothing ends it before; null outside of training.',
      2860,
    ),
    examplesPerSecond: described(
      z.number().min(0).nullable().default(null),
      'The number of training rows per second; null outside of training.',
      51_200,
    ),
    loss: described(z.number().optional(), 'The loss of the epoch so far, the mean over its rows.', 6.48),
  }),
  'How far the current stage is.',
);
export type Progress = z.infer<typeof progressSchema>;

export const resourcesSchema = described(
  z.strictObject({
    rssMb: described(z.number().min(0), 'The resident memory of the process, in MB.', 1840),
    cpuPercent: described(z.number().min(0), 'The use of processors, in percent of one core.', 385),
    gpuPercent: described(
      z.number().min(0).max(100).nullable().default(null),
      'The mean use of all GPUs, in percent; null where there is none.',
      72,
    ),
    gpuMemoryMb: described(
      z.number().min(0).nullable().default(null),
      'The memory that is used of all GPUs together, in MB; null where there is none.',
      9200,
    ),
    gpuMemoryTotalMb: described(
      z.number().min(0).nullable().default(null),
      'The memory that all GPUs together have, in MB; null where there is none, and from trainers of before.',
      15_360,
    ),
  }),
  'What the trainer uses of its machine, as it measured it itself.',
);

export const artifactsSchema = described(
  z.record(z.string().regex(/^[a-z][a-z0-9_]{0,62}$/), z.string().max(2048)),
  'The URIs of what a completed run leaves behind, by the name of the artifact.',
  { query_model: 'gs://my-bucket/models/shop/k3v7q2mzx5ahc4tnwy6d/query_model' },
);

export const baselineMetricsSchema = described(
  z.record(z.string(), metricsSchema),
  'The `test_` metrics of each baseline, by the name of the baseline.',
  { popularity: BASELINE_METRICS },
);

export const runResultSchema = described(
  z.strictObject({
    metrics: described(
      metricsSchema.clone(),
      'The metrics of the kept weights: those of the best epoch, and those of the test split.',
      RESULT_METRICS,
    ),
    baselines: baselineMetricsSchema,
    figures: gatedFiguresSchema,
    performance: described(
      performanceSchema.clone().optional(),
      'What serving the exported model takes; not given where it was not measured, and by trainers of before.',
    ),
    artifacts: artifactsSchema,
    epochsTrained: described(z.int().min(0), 'The number of epochs that were trained.', 14),
    bestEpoch: described(
      z.int().min(0),
      'The epoch whose weights were kept, from 1; 0 where there was none.',
      9,
    ),
    earlyStoppedAtEpoch: described(
      z.int().min(1).nullable(),
      'The epoch after which early stopping ended the training; null where it did not.',
      14,
    ),
    backend: described(z.enum(['tensorflow', 'wasm', 'cpu']), 'What computed the training.'),
    examplesPerSecond: described(
      z.number().min(0),
      'The number of training rows per second, on the average.',
      51_200,
    ),
    verdict: described(
      verdictSchema.clone().optional(),
      'Whether to ship the model, and why. Trainers of before do not say it.',
    ),
  }),
  'What a completed run has reached.',
);
export type RunResult = z.infer<typeof runResultSchema>;

export const logLineSchema = z.strictObject({
  at: described(instantSchema.clone(), 'When the line was written.', '2026-11-20T19:18:25.000Z'),
  level: described(z.enum(['debug', 'info', 'warn', 'error']), 'How much the line matters.'),
  message: described(z.string().max(8000), 'What happened, in words.', LOG_MESSAGE),
  stage: described(
    stageNameSchema.nullable().default(null),
    'The stage that the line is of; null outside of stages.',
  ),
  fields: described(
    z.record(z.string(), z.unknown()).default({}),
    'Whatever else is worth knowing, by name.',
    { epoch: 3 },
  ),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** Attempts, epochs and stages of reports and of the documents that keep them. */
export const reportFields = {
  /** Left out where ranks tell of the model, and by trainers that do not look. */
  byTies: described(
    z.literal(true).optional(),
    'There where items score alike in so many rows that metrics of ranks tell of that more than of the model: the right item counts as the first of them.',
  ),
  attempt: described(z.int().min(1), 'The number of the attempt, from 1.', 1),
  seq: described(z.int().min(1), 'The number of the callback in the order of its attempt, from 1.', 17),
  epoch: described(z.int().min(1), 'The number of the epoch, from 1.', 3),
  seconds: described(z.number().min(0), 'How long it took, in seconds.', 12.4),
  examples: described(z.int().min(0), 'The number of training rows that the epoch went through.', 640_000),
  examplesPerSecond: described(z.number().min(0), 'The number of training rows per second.', 51_200),
  cacheHit: described(z.boolean(), "Whether the stage's output was taken from an earlier run or attempt."),
  detail: described(z.string().max(1000), 'What the stage has to say, in words.', '10000 rows of 12 columns'),
} as const;
export const countsSchema = described(z.record(z.string(), z.number()), 'What the stage counted, by name.', {
  rows: 10_000,
});
