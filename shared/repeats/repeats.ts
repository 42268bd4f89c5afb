/** Repetitions of a run with other seeds: what is asked for, what is remembered, and what is shown. */
import { z } from 'zod';
import { instantSchema, modelIdSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';
import { runStatusSchema } from '../runs/statusSchemas.js';
import { sensitivitySchema } from './sensitivity.js';

const MOST_REPEATS = 100;
export const repeatCountSchema = described(
  z.int().min(2).max(MOST_REPEATS),
  'The number of repetitions, each with a seed of its own from 1 to 1000.',
  10,
);
const maxParallelSchema = described(
  z.int().min(1).max(MOST_REPEATS),
  'How many of them, and the run itself, are under way at a time.',
  4,
);

export const repeatRequestSchema = z
  .strictObject({
    count: repeatCountSchema.clone().default(10),
    maxParallel: maxParallelSchema.clone().default(4),
  })
  .meta({ examples: [{ count: 10 }] });
export type RepeatRequest = z.infer<typeof repeatRequestSchema>;

/** `repeats/{runId}`: how often a run is to be repeated. What was started of it, the runs themselves tell. */
export const repeatPlanSchema = z.strictObject({
  schemaVersion: described(z.literal(1), 'The version of the form that the document has.'),
  runId: described(runIdSchema.clone(), 'The run that is repeated.', 'k3v7q2mzx5ahc4tnwy6d'),
  modelId: modelIdSchema,
  count: repeatCountSchema.clone(),
  maxParallel: maxParallelSchema.clone(),
  requestedBy: described(z.string(), 'Who asked for it.', 'ada@example.com'),
  refusal: described(
    z.string().nullable(),
    'Why no more were started, such as a budget that is spent; null where nothing keeps them. Asking once more tries again.',
    null,
  ),
  updatedAt: described(instantSchema.clone(), 'When it was last written.', '2026-11-20T19:18:25.000Z'),
});
export type RepeatPlan = z.infer<typeof repeatPlanSchema>;

const repetitionSchema = z.strictObject({
  runId: described(runIdSchema.clone(), 'The id of the run.', 'k3v7q2mzx5ahc4tnwy6d'),
  name: described(z.string(), 'The name that people use for the run.', 'shop#48'),
  number: described(z.int().min(1), 'The number of the repetition, from 1.', 3),
  seed: described(z.int().min(0), 'The seed that it trains with.', 655),
  status: runStatusSchema,
});
export type Repetition = z.infer<typeof repetitionSchema>;

export const repeatsViewSchema = z
  .strictObject({
    runId: described(runIdSchema.clone(), 'The run that is repeated.', 'k3v7q2mzx5ahc4tnwy6d'),
    count: described(
      z.int().min(0),
      'How many repetitions were asked for; 0 where nobody asked for any.',
      10,
    ),
    ended: described(z.int().min(0), 'How many of them are over.', 10),
    completed: described(z.int().min(0), 'How many of them are completed: the figures are of these.', 9),
    refusal: repeatPlanSchema.shape.refusal,
    repetitions: described(z.array(repetitionSchema), 'Those that were started, by their numbers.'),
    sensitivity: described(
      sensitivitySchema.nullable(),
      'How far the metrics depend on the seed; null before two are completed.',
    ),
  })
  .meta({
    examples: [
      {
        runId: 'k3v7q2mzx5ahc4tnwy6d',
        count: 10,
        ended: 0,
        completed: 0,
        refusal: null,
        repetitions: [],
        sensitivity: null,
      },
    ],
  });
export type RepeatsView = z.infer<typeof repeatsViewSchema>;
