import { z } from 'zod';
import { instantSchema, modelIdSchema, runIdSchema, traceparentSchema } from '../common.js';

export const eventTypeSchema = z.enum([
  'run.requested',
  'run.launched',
  'run.started',
  'run.stage.completed',
  'run.epoch.completed',
  'run.checkpointed',
  'run.cancel.requested',
  'run.completed',
  'run.failed',
  'run.cancelled',
  'model.version.registered',
  'budget.reached',
]);
export type EventType = z.infer<typeof eventTypeSchema>;

/** The detail of `budget.reached`: so much of a month's budget is spent. The run is one that it was spent on. */
export const budgetReachedSchema = z.strictObject({
  scope: z.enum(['deployment', 'model']),
  /** Of UTC, such as `2026-11`. */
  month: z.string().regex(/^\d{4}-\d{2}$/),
  /** 0.5, 0.8 or 1. */
  share: z.number().gt(0).max(1),
  spentUsd: z.number().min(0),
  limitUsd: z.number().min(0),
});
export type BudgetReached = z.infer<typeof budgetReachedSchema>;

/** What an event says beside its type: enough to act on; the run's document has the rest. */
export const eventDataSchema = z.strictObject({
  runId: runIdSchema,
  modelId: modelIdSchema,
  runNumber: z.int().min(1),
  attempt: z.int().min(1),
  status: z.string(),
  /** Of the event's type: the epoch and its metrics, the stage, the error. */
  detail: z.record(z.string(), z.unknown()).default({}),
});

/** CloudEvents 1.0, structured JSON, on the topic `trainyard-events`. `subject` is the run's document path. */
export const runEventSchema = z.strictObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(200),
  source: z.literal('//trainyard'),
  type: eventTypeSchema,
  subject: z.string(),
  time: instantSchema,
  datacontenttype: z.literal('application/json'),
  /** The trace that it happened in (CloudEvents' extension for distributed tracing). */
  traceparent: traceparentSchema.optional(),
  data: eventDataSchema,
});
export type RunEvent = z.infer<typeof runEventSchema>;

export const EVENTS_TOPIC = 'trainyard-events';
/** Deliveries of one event to one subscription before it goes to the dead-letter topic. */
export const MAX_DELIVERIES = 5;
