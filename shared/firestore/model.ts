import { z } from 'zod';
import { instantSchema, metricsSchema, modelIdSchema, runIdSchema } from '../common.js';
import { artifactsSchema, EVERY_TEAM, gateResultSchema, teamsSchema } from '../runs/run.js';

/** When a message may start a run of the model. What is not given does not restrict. */
export const retrainPolicySchema = z.strictObject({
  /** Not more often than this. */
  minIntervalSeconds: z
    .int()
    .min(0)
    .max(366 * 86_400)
    .default(0),
  /** Only when the messages since the last start told of this many new rows together. */
  minNewRows: z.int().min(0).default(0),
  /** Not while a run of the model is under way. */
  skipWhileRunning: z.boolean().default(false),
});
export type RetrainPolicy = z.infer<typeof retrainPolicySchema>;

const versionPointer = z.int().min(1).nullable();

/** `models/{modelId}`. */
export const modelDocumentSchema = z.strictObject({
  schemaVersion: z.literal(1),
  modelId: modelIdSchema,
  /** For people; the id unless somebody gave another. */
  name: z.string().min(1).max(200).optional(),
  lastRunNumber: z.int().min(0),
  /** The teams that see and train the model. */
  teams: teamsSchema.default([EVERY_TEAM]),
  lastVersion: z.int().min(0).default(0),
  /** The version that serves, and those that served before it, the newest last. */
  production: versionPointer.default(null),
  formerProduction: z.array(z.int().min(1)).max(100).default([]),
  staging: versionPointer.default(null),
  /** The best value of each test metric over all versions: the least of losses and errors, the greatest of the others. */
  bestMetrics: metricsSchema.default({}),
  retrain: retrainPolicySchema.prefault({}),
  /** USD that the model's runs may cost in a month of UTC; null: as much as the deployment's. */
  monthlyBudgetUsd: z.number().min(0).max(10_000_000).nullable().default(null),
  /** New rows that messages told of since the last start. */
  newRows: z.int().min(0).default(0),
  lastStartedAt: instantSchema.nullable().default(null),
  createdAt: instantSchema,
  updatedAt: instantSchema,
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

export const modelStageSchema = z.enum(['none', 'staging', 'production', 'archived']);
export type ModelStage = z.infer<typeof modelStageSchema>;

/** `models/{modelId}/versions/{n}`: the result of a completed run. */
export const modelVersionSchema = z.strictObject({
  schemaVersion: z.literal(1),
  modelId: modelIdSchema,
  version: z.int().min(1),
  runId: runIdSchema,
  runNumber: z.int().min(1),
  metrics: metricsSchema,
  baselines: z.record(z.string(), metricsSchema),
  gates: z.array(gateResultSchema),
  artifacts: artifactsSchema,
  stage: modelStageSchema,
  /** Every change of stage, oldest first. */
  stageHistory: z.array(z.strictObject({ stage: modelStageSchema, at: instantSchema, by: z.string() })),
  createdAt: instantSchema,
});
export type ModelVersion = z.infer<typeof modelVersionSchema>;
