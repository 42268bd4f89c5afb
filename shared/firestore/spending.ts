import { z } from 'zod';
import { instantSchema, modelIdSchema, runIdSchema } from '../common.js';

/** `spending/{month}/spent/{runId}`: what a run that has ended cost in a month. Written with its end, once. */
export const spentSchema = z.strictObject({
  runId: runIdSchema,
  modelId: modelIdSchema,
  usd: z.number().min(0),
  endedAt: instantSchema,
});
export type Spent = z.infer<typeof spentSchema>;

/** `spending/{month}`: of which budgets a warning was told, at which share and of how much. */
export const spendingSchema = z.strictObject({
  /** By `deployment` or `model:ID`. */
  warned: z.record(z.string(), z.strictObject({ share: z.number(), limitUsd: z.number() })).default({}),
  updatedAt: instantSchema,
});
