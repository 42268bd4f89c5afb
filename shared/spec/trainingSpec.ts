import { z } from 'zod';
import { metricNameSchema } from '../common.js';
import { datasetSchema } from './dataset.js';
import { featuresSchema } from './features.js';
import { modelSchema } from './model.js';
import { brokenModelRules } from './modelRules.js';
import { trainingSchema } from './training.js';

export const baselineSchema = z.enum(['popularity', 'history']);
export type Baseline = z.infer<typeof baselineSchema>;

/** All that a result may be compared with: those above for recalls, and two that come with every rating. */
export const rivalSchema = z.enum([...baselineSchema.options, 'globalMean', 'userItemMean']);
export type Rival = z.infer<typeof rivalSchema>;

/**
 * What a completed run's result must reach before its model version may be promoted. A metric that the result lacks does not
 * pass. `aboveBaseline`: strictly better than the same metric of that baseline: greater, or for losses, `rmse` and `mae` less.
 */
export const gateSchema = z
  .strictObject({
    metric: metricNameSchema,
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    aboveBaseline: rivalSchema.optional(),
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
  k: z.array(z.int().min(1).max(10_000)).min(1).max(10).default([5, 10, 50, 100]),
  /** So many training rows are evaluated after each epoch too (`train_loss`, `train_recall_at_K`); none unless given. */
  trainSample: z.int().min(0).max(1_000_000).default(0),
  baselines: z.array(baselineSchema).default(['popularity', 'history']),
  gates: z.array(gateSchema).max(20).default([]),
});

/** Where and how long. Tiers are names of the deployment's compute tiers, tried in order; all of them unless given. */
export const computeSchema = z.strictObject({
  tiers: z.array(z.string().min(1).max(63)).min(1).max(20).optional(),
  /**
   * The tier of a job of its own for the stages up to `transform`, so that bad data fail before a GPU is paid for; null for one
   * job that does all. As the deployment has it unless given.
   */
  prepare: z.string().min(1).max(63).nullable().optional(),
  /** How often a lost, preempted or retriably failed attempt is launched again. Hand-overs at a time limit are free. */
  maxRetries: z.int().min(0).max(100).default(3),
  /** From the start request to the latest end, pending time included. */
  deadlineSeconds: z
    .int()
    .min(10)
    .max(30 * 86_400)
    .default(86_400),
  /** How long a cancelled trainer may take to save and stop before it is killed. */
  cancelGraceSeconds: z.int().min(0).max(3600).default(30),
  /** Silence after which a launched attempt counts as lost. */
  heartbeatTimeoutSeconds: z.int().min(5).max(86_400).default(300),
  /** A trainer that reports but gets no further (no step, epoch or stage) for this long counts as lost: it costs and does nothing. */
  idleTimeoutSeconds: z
    .int()
    .min(10)
    .max(7 * 86_400)
    .default(3600),
  /** USD that the run may cost, all attempts together: it is not started when it cannot be done for that, and stopped when it is reached. */
  maxUsd: z.number().gt(0).max(1_000_000).optional(),
  /** Stages of the data that are done again although the cache has their output, which is replaced. */
  forceRecompute: z
    .array(z.enum(['ingest', 'validate', 'transform']))
    .max(3)
    .default([]),
});

/** The sections of a specification. */
export const trainingSpecShape = {
  dataset: datasetSchema,
  features: featuresSchema,
  model: modelSchema.prefault({}),
  training: trainingSchema.prefault({}),
  evaluation: evaluationSchema.prefault({}),
  compute: computeSchema.prefault({}),
  tags: z.record(z.string().min(1).max(63), z.string().max(255)).default({}),
};

/** What holds between the sections. */
export function withSpecRules<
  T extends z.ZodType<{
    features: z.infer<typeof featuresSchema> | { preset: string };
    model: z.infer<typeof modelSchema> | { preset: string };
    training: z.infer<typeof trainingSchema>;
    evaluation: z.infer<typeof evaluationSchema>;
    tags: Record<string, string>;
  }>,
>(schema: T): T {
  return schema.superRefine((spec, context) => {
    const { earlyStopping, schedule } = spec.training;
    const monitors: [string, string | undefined][] = [
      ['earlyStopping', earlyStopping ? earlyStopping.monitor : undefined],
      ['schedule', schedule.type === 'plateau' ? schedule.monitor : undefined],
    ];
    for (const [section, monitor] of monitors) {
      const k = monitor?.match(/_at_(\d+)$/)?.[1];
      if (k === undefined || spec.evaluation.k.includes(Number(k))) continue;
      context.addIssue({
        code: 'custom',
        path: ['training', section, 'monitor'],
        message: `recall@${k} is monitored but evaluation.k is [${spec.evaluation.k.join(', ')}]: add ${k} to it`,
      });
    }
    const { features, model, training } = spec;
    if (!('preset' in features) && !('preset' in model)) {
      for (const { path, message } of brokenModelRules(model, features, training)) {
        context.addIssue({ code: 'custom', path, message });
      }
    }
    if (Object.keys(spec.tags).length > 64) {
      context.addIssue({ code: 'custom', path: ['tags'], message: 'at most 64 tags' });
    }
  });
}

/** What one run does: immutable, unknown keys refused. Parsing fills every default; the filled form is what is stored. */
export const trainingSpecSchema = withSpecRules(z.strictObject(trainingSpecShape));
export type TrainingSpec = z.infer<typeof trainingSpecSchema>;
/** A spec as a person writes it: defaults may be left out. */
export type TrainingSpecInput = z.input<typeof trainingSpecSchema>;
