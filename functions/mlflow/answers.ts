/** What an MLflow server answers, as far as it is read: lenient, for servers differ in what else they say. */
import { z } from 'zod';

/** Protocol buffers write long integers as text in JSON; MLflow itself writes them as numbers. */
const long = z.coerce.number();

export const nothing = z.unknown();

const pair = z.object({ key: z.string(), value: z.string().default('') });
const experimentSchema = z.object({
  experiment_id: z.string(),
  lifecycle_stage: z.string().default('active'),
  tags: z.array(pair).default([]),
});
export type FoundExperiment = z.infer<typeof experimentSchema>;
export const experimentAnswer = z.object({ experiment: experimentSchema });
export const createdExperiment = z.object({ experiment_id: z.string() });

const runSchema = z.object({
  info: z.object({
    run_id: z.string(),
    experiment_id: z.string(),
    status: z.string().default('RUNNING'),
    start_time: long.default(0),
    artifact_uri: z.string().default(''),
    lifecycle_stage: z.string().default('active'),
  }),
  data: z
    .object({
      metrics: z.array(z.object({ key: z.string() })).default([]),
      params: z.array(pair).default([]),
      tags: z.array(pair).default([]),
    })
    .prefault({}),
});
export type FoundRun = z.infer<typeof runSchema>;
export const runAnswer = z.object({ run: runSchema });
export const foundRuns = z.object({ runs: z.array(runSchema).default([]) });

/** Of a number that is none, protocol buffers write its name. */
const value = z.union([z.number(), z.string().transform(Number)]);
export const historyAnswer = z.object({
  metrics: z.array(z.object({ key: z.string(), value, timestamp: long, step: long.default(0) })).default([]),
  next_page_token: z.string().optional(),
});

export const artifactsAnswer = z.object({
  files: z
    .array(z.object({ path: z.string(), is_dir: z.boolean().default(false), file_size: long.optional() }))
    .default([]),
  next_page_token: z.string().optional(),
});

export const foundVersions = z.object({
  model_versions: z
    .array(z.object({ name: z.string(), version: z.coerce.string(), run_id: z.string().default('') }))
    .default([]),
});
export const createdVersion = z.object({ model_version: z.object({ version: z.coerce.string() }) });
