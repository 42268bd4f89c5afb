import { z } from 'zod';
import { instantSchema, modelIdSchema, runIdSchema, traceparentSchema } from '../common.js';
import { withKind } from './earlierEnvelope.js';

/** What happens to a run. */
export const runEventTypeSchema = z.enum([
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
]);
export type RunEventType = z.infer<typeof runEventTypeSchema>;

/** What happens to a model, by one of its runs. */
export const modelEventTypeSchema = z.enum(['model.version.registered', 'budget.reached']);
export type ModelEventType = z.infer<typeof modelEventTypeSchema>;

/** Every type that is published today. */
export const eventTypeSchema = z.enum([...runEventTypeSchema.options, ...modelEventTypeSchema.options]);

/** The detail of `budget.reached`: so much of a month's budget is spent. */
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

/** Of the event's type: the epoch and its metrics, the stage, the version, the error. */
const detail = z.record(z.string(), z.unknown()).default({});

/** What an event says of a run beside its type: enough to act on; the run's document has the rest. */
export const runEventDataSchema = z.strictObject({
  kind: z.literal('run'),
  runId: runIdSchema,
  modelId: modelIdSchema,
  runNumber: z.int().min(1),
  attempt: z.int().min(1),
  status: z.string(),
  detail,
});

export const modelEventDataSchema = z.strictObject({
  kind: z.literal('model'),
  modelId: modelIdSchema,
  /** The run by which it happened: the one that was registered, one that the budget was spent on. */
  runId: runIdSchema,
  detail,
});

/** An id in a path of the store and an attribute of a message, as a model's. */
const subjectIdSchema = modelIdSchema;

/** What every event of a release will say; the events themselves come with releases. */
export const releaseEventDataSchema = z.strictObject({
  kind: z.literal('release'),
  releaseId: subjectIdSchema,
  modelId: modelIdSchema,
  detail,
});

/** What every event of a sweep will say; the events themselves come with sweeps. */
export const sweepEventDataSchema = z.strictObject({
  kind: z.literal('sweep'),
  sweepId: subjectIdSchema,
  modelId: modelIdSchema,
  detail,
});

const typeWords = z.string().regex(/^[a-z]+(\.[a-z]+)*$/);

/** CloudEvents 1.0, structured JSON. */
const envelope = {
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(200),
  source: z.literal('//trainyard'),
  /** The path of the subject's document. */
  subject: z.string(),
  time: instantSchema,
  datacontenttype: z.literal('application/json'),
  /** The trace that it happened in (CloudEvents' extension for distributed tracing). */
  traceparent: traceparentSchema.optional(),
};

export const runEventSchema = z.strictObject({
  ...envelope,
  type: runEventTypeSchema,
  data: runEventDataSchema,
});
export type RunEvent = z.infer<typeof runEventSchema>;

export const modelEventSchema = z.strictObject({
  ...envelope,
  type: modelEventTypeSchema,
  data: modelEventDataSchema,
});
export type ModelEvent = z.infer<typeof modelEventSchema>;

export const releaseEventSchema = z.strictObject({
  ...envelope,
  type: z.templateLiteral(['release.', typeWords]),
  data: releaseEventDataSchema,
});
export type ReleaseEvent = z.infer<typeof releaseEventSchema>;

export const sweepEventSchema = z.strictObject({
  ...envelope,
  type: z.templateLiteral(['sweep.', typeWords]),
  data: sweepEventDataSchema,
});
export type SweepEvent = z.infer<typeof sweepEventSchema>;

/** A message of the topic `trainyard-events`, of whatever kind its subject is; envelopes of version 0.1 are read as well. */
export const eventSchema = z.preprocess(
  withKind,
  z.union([runEventSchema, modelEventSchema, releaseEventSchema, sweepEventSchema]),
);
export type TrainyardEvent = z.infer<typeof eventSchema>;
export type EventType = TrainyardEvent['type'];

export const EVENTS_TOPIC = 'trainyard-events';
/** Deliveries of one event to one subscription before it goes to the dead-letter topic. */
export const MAX_DELIVERIES = 5;
