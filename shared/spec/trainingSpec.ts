import { z } from 'zod';
import { datasetSchema } from './dataset.js';
import { evaluationSchema } from './evaluation.js';
import { featuresSchema } from './features.js';
import { brokenMetricRules } from './metricRules.js';
import { modelSchema } from './model.js';
import { brokenModelRules, type RuleBroken } from './modelRules.js';
import { trainingSchema } from './training.js';

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

interface Sections {
  features: z.infer<typeof featuresSchema> | { preset: string };
  model: z.infer<typeof modelSchema> | { preset: string };
  training: z.infer<typeof trainingSchema>;
  evaluation: z.infer<typeof evaluationSchema>;
  tags: Record<string, string>;
}

/** What holds between the sections, of whatever age the specification is. */
function withSpecRules<T extends z.ZodType<Sections>>(schema: T): T {
  return schema.superRefine(({ features, model, tags }, context) => {
    if (!('preset' in features) && !('preset' in model)) report(context, brokenModelRules(model, features));
    if (Object.keys(tags).length > 64) {
      context.addIssue({ code: 'custom', path: ['tags'], message: 'at most 64 tags' });
    }
  });
}

/** The same, and that what is asked for can be measured: what a request or a file of somebody must have. */
export function withRequestRules<T extends z.ZodType<Sections>>(schema: T): T {
  return withSpecRules(schema).superRefine((spec, context) => report(context, brokenMetricRules(spec)));
}

function report(context: z.RefinementCtx, broken: readonly RuleBroken[]): void {
  for (const { path, message } of broken) context.addIssue({ code: 'custom', path, message });
}

/** What one run does: immutable, unknown keys refused. Parsing fills every default; the filled form is what is stored. */
export const trainingSpecSchema = withRequestRules(z.strictObject(trainingSpecShape));
export type TrainingSpec = z.infer<typeof trainingSpecSchema>;
/** A spec as a person writes it: defaults may be left out. */
export type TrainingSpecInput = z.input<typeof trainingSpecSchema>;

/** The specification of a run that is recorded: it may monitor or gate a metric that is known no more, or not yet. */
export const storedSpecSchema = withSpecRules(z.strictObject(trainingSpecShape));
