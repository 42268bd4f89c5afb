import { z } from 'zod';
import { instantSchema, metricsSchema, modelIdSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';
import {
  artifactsSchema,
  baselineMetricsSchema,
  EVERY_TEAM,
  gateResultSchema,
  runDataSchema,
  teamsSchema,
} from '../runs/run.js';
import { gateSetsSchema } from '../spec/evaluation/gateSets.js';

export const retrainPolicySchema = described(
  z.strictObject({
    minIntervalSeconds: described(
      z
        .int()
        .min(0)
        .max(366 * 86_400)
        .default(0),
      'The least time between two starts, in seconds.',
      3600,
    ),
    minNewRows: described(
      z.int().min(0).default(0),
      'The number of new rows that the messages since the last start must have told of together.',
      10_000,
    ),
    skipWhileRunning: described(
      z.boolean().default(false),
      'Whether no run is started while one of the model is under way.',
    ),
  }),
  'When a message may start a run of the model. What is not given does not restrict.',
);
export type RetrainPolicy = z.infer<typeof retrainPolicySchema>;

const INSTANT = '2026-11-20T19:18:25.000Z';
const versionNumber = z.int().min(1);
const schemaVersion = described(z.literal(1), 'The version of the form that the document has.');

/** `models/{modelId}`. */
export const modelDocumentSchema = z.strictObject({
  schemaVersion,
  modelId: modelIdSchema,
  name: described(
    z.string().min(1).max(200).optional(),
    'The name for people; the id unless somebody gave another.',
    'Shop',
  ),
  lastRunNumber: described(z.int().min(0), 'The number of the newest run; 0 before the first.', 47),
  teams: teamsSchema.default([EVERY_TEAM]),
  lastVersion: described(
    z.int().min(0).default(0),
    'The number of the newest version; 0 before the first.',
    12,
  ),
  production: described(
    versionNumber.nullable().default(null),
    'The version that serves; null while none does.',
    11,
  ),
  formerProduction: described(
    z.array(versionNumber).max(100).default([]),
    'The versions that served before, the newest last.',
    [7, 9],
  ),
  staging: described(
    versionNumber.nullable().default(null),
    'The version that is tried out; null while none is.',
    12,
  ),
  bestMetrics: described(
    metricsSchema.default({}),
    'The best value of each test metric over all versions: the least of losses and errors, the greatest of all others.',
    { test_recall_at_10: 0.231 },
  ),
  retrain: retrainPolicySchema.prefault({}),
  monthlyBudgetUsd: described(
    z.number().min(0).max(10_000_000).nullable().default(null),
    "The US dollars that the model's runs may cost in a month of UTC; null for as much as the deployment's.",
    50,
  ),
  gateSets: gateSetsSchema.default({}),
  newRows: described(
    z.int().min(0).default(0),
    'The number of new rows that messages told of since the last start.',
    2400,
  ),
  lastStartedAt: described(
    instantSchema.nullable().default(null),
    'When the newest run was requested; null before the first.',
    INSTANT,
  ),
  createdAt: described(instantSchema.clone(), 'When the model was first recorded.', INSTANT),
  updatedAt: described(instantSchema.clone(), 'When the document was last written.', INSTANT),
});
export type ModelDocument = z.infer<typeof modelDocumentSchema>;

/** A model as it is first recorded: everybody's, with nothing in it. */
export function newModel(modelId: string, now: Date): ModelDocument {
  const at = now.toISOString();
  return modelDocumentSchema.parse({
    schemaVersion: 1,
    modelId,
    lastRunNumber: 0,
    createdAt: at,
    updatedAt: at,
  });
}

export const modelStageSchema = described(
  z.enum(['none', 'staging', 'production', 'archived']),
  'What a version is used for. `none`: nothing yet. `staging`: it is tried out. `production`: it serves. `archived`: it served before.',
);
export type ModelStage = z.infer<typeof modelStageSchema>;

/** `models/{modelId}/versions/{n}`: the result of a completed run. */
export const modelVersionSchema = z.strictObject({
  schemaVersion,
  modelId: modelIdSchema,
  version: described(versionNumber.clone(), 'The number of the version, from 1.', 12),
  runId: runIdSchema,
  runNumber: described(z.int().min(1), 'The number of the run that made it.', 47),
  metrics: described(metricsSchema.clone(), 'The metrics of the result of the run.', {
    test_recall_at_10: 0.208,
  }),
  baselines: baselineMetricsSchema,
  gates: described(z.array(gateResultSchema), 'The gates of the specification against the result.'),
  artifacts: artifactsSchema,
  data: described(
    runDataSchema.nullable().default(null),
    'The data that it was trained on; null where its trainer did not tell.',
  ),
  stage: modelStageSchema,
  stageHistory: described(
    z.array(
      z.strictObject({
        stage: described(modelStageSchema.clone(), 'The stage that it went to.'),
        at: described(instantSchema.clone(), 'When it went there.', INSTANT),
        by: described(z.string(), 'Who said so.', 'ada@example.com'),
        forced: described(
          z.boolean().optional(),
          'Whether it went there although a critical gate was missed.',
          true,
        ),
        reason: described(
          z.string().max(500).optional(),
          'Why, where somebody said it.',
          'The gate counts a market that we left.',
        ),
      }),
    ),
    'Every change of stage, the oldest first.',
  ),
  createdAt: described(instantSchema.clone(), 'When the version was registered.', INSTANT),
});
export type ModelVersion = z.infer<typeof modelVersionSchema>;
