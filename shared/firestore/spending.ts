import { z } from 'zod';
import { instantSchema, modelIdSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';

/** `spending/{month}/spent/{runId}`: what a run that has ended cost in a month. Written with its end, once. */
export const spentSchema = z.strictObject({
  runId: runIdSchema,
  modelId: modelIdSchema,
  usd: described(z.number().min(0), 'What the run cost in the month, in US dollars.', 0.42),
  endedAt: described(instantSchema.clone(), 'When the run ended.', '2026-11-20T19:18:25.000Z'),
});
export type Spent = z.infer<typeof spentSchema>;

/** `spending/{month}`: of which budgets a warning was told, at which share and of how much. */
export const spendingSchema = z.strictObject({
  warned: described(
    z
      .record(
        z.string(),
        z.strictObject({
          share: described(z.number(), 'The greatest share of the budget of which a warning was sent.', 0.8),
          limitUsd: described(z.number(), 'The budget at that time, in US dollars.', 50),
        }),
      )
      .default({}),
    'The budgets of which a warning was sent, by `deployment` or `model:ID`.',
  ),
  updatedAt: described(
    instantSchema.clone(),
    'When the document was last written.',
    '2026-11-20T19:18:25.000Z',
  ),
});
