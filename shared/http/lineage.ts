/** Where a thing comes from and what became of it, by its digest. */
import { z } from 'zod';
import { instantSchema, modelIdSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';
import { contentDigestSchema, dataReferenceSchema } from '../runs/lineage.js';
import { runStatusSchema, stageNameSchema } from '../runs/statusSchemas.js';

/** The most runs that are told of, each way. */
const MOST_RUNS = 100;

export const lineageQuerySchema = z.strictObject({
  digest: described(
    contentDigestSchema.clone(),
    'What is asked for, by its digest: rows, an encoded dataset, a model or one of its files.',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ),
  limit: described(
    z
      .string()
      .regex(/^([1-9]\d?|100)$/, `must be a whole number from 1 to ${MOST_RUNS}, in digits`)
      .default('20')
      .transform(Number),
    `The greatest number of runs, each way; at most ${MOST_RUNS}.`,
    '20',
  ),
});

const lineageRunSchema = z.strictObject({
  runId: runIdSchema,
  modelId: modelIdSchema,
  name: described(z.string(), 'The name that people use for the run.', 'shop#47'),
  status: runStatusSchema.clone(),
  createdAt: described(instantSchema.clone(), 'When the run was requested.', '2026-11-20T19:18:25.000Z'),
  stages: described(
    z.array(
      z.strictObject({
        stage: described(stageNameSchema.clone(), 'The stage.'),
        cacheHit: described(
          z.boolean(),
          "Whether the stage's output was taken from an earlier run or attempt.",
        ),
        thing: described(dataReferenceSchema.clone(), 'What the stage says of it.'),
      }),
    ),
    'The stages that tell of it; empty where only an earlier attempt did.',
  ),
});

export const lineageSchema = z.strictObject({
  digest: described(contentDigestSchema.clone(), 'What was asked for.'),
  madeBy: described(
    z.array(lineageRunSchema),
    'The runs whose stages made it, or took it from the cache, the newest first.',
  ),
  usedBy: described(z.array(lineageRunSchema), 'The runs whose stages read it, the newest first.'),
  hasMore: described(z.boolean(), 'Whether there are more runs than `limit`, either way.'),
});
export type Lineage = z.infer<typeof lineageSchema>;
