import { z } from 'zod';
import { instantSchema, modelIdSchema, runIdSchema, traceparentSchema } from '../common.js';
import { described } from '../described.js';
import { withKind } from './earlierEnvelope.js';
import { ONE_METRIC } from '../metrics/examples.js';
import { sweepIdSchema } from '../runs/identity.js';

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
  'run.tracking.due',
]);
export type RunEventType = z.infer<typeof runEventTypeSchema>;

/** What happens to a model, by one of its runs. */
export const modelEventTypeSchema = z.enum(['model.version.registered', 'budget.reached']);
export type ModelEventType = z.infer<typeof modelEventTypeSchema>;

/** What happens to a sweep. */
export const sweepEventTypeSchema = z.enum([
  'sweep.created',
  'sweep.paused',
  'sweep.resumed',
  'sweep.extended',
  'sweep.trial.added',
  'sweep.cancel.requested',
  'sweep.completed',
  'sweep.cancelled',
  'sweep.tracking.due',
]);
export type SweepEventType = z.infer<typeof sweepEventTypeSchema>;

/** Every type that is published today. */
export const eventTypeSchema = z.enum([
  ...runEventTypeSchema.options,
  ...modelEventTypeSchema.options,
  ...sweepEventTypeSchema.options,
]);

/** The detail of `budget.reached`. */
export const budgetReachedSchema = z.strictObject({
  scope: described(
    z.enum(['deployment', 'model']),
    'Whose budget it is: that of all models together, or that of the model.',
  ),
  month: described(z.string().regex(/^\d{4}-\d{2}$/), 'The month of UTC.', '2026-11'),
  share: described(z.number().gt(0).max(1), 'The share of the budget that is spent: 0.5, 0.8 or 1.', 0.8),
  spentUsd: described(z.number().min(0), 'What the month has cost, in US dollars.', 81.2),
  limitUsd: described(z.number().min(0), 'What the month may cost, in US dollars.', 100),
});
export type BudgetReached = z.infer<typeof budgetReachedSchema>;

const modelId = described(modelIdSchema.clone(), 'The model.', 'demo');
const detail = described(
  z.record(z.string(), z.unknown()).default({}),
  'What else the type of the event says: the epoch and its metrics, the stage, the version, the error.',
  { epoch: 3, metrics: ONE_METRIC },
);

/** What an event says of a run beside its type: enough to act on; the run's document has the rest. */
export const runEventDataSchema = z.strictObject({
  kind: described(z.literal('run'), 'What the subject is.'),
  runId: described(runIdSchema.clone(), 'The run: the subject.', 'uyzubmg7ly23yeki446a'),
  modelId,
  runNumber: described(z.int().min(1), 'Counts the runs of the model, from 1.', 7),
  attempt: described(z.int().min(1), 'The attempt that the run was at, from 1.', 1),
  status: described(z.string(), 'The status of the run after it.', 'completed'),
  sweepId: described(
    sweepIdSchema.clone().optional(),
    'The sweep that the run is a trial of; not there for any other run.',
    'c3wq7mzx5ahk4tnvy6d2',
  ),
  trial: described(
    z.int().min(1).optional(),
    'The number of the trial; not there for a run that is none.',
    17,
  ),
  detail,
});

export const modelEventDataSchema = z.strictObject({
  kind: described(z.literal('model'), 'What the subject is.'),
  modelId: described(modelIdSchema.clone(), 'The model: the subject.', 'demo'),
  runId: described(
    runIdSchema.clone(),
    'The run by which it happened: the one that was registered, or one that the budget was spent on.',
    'uyzubmg7ly23yeki446a',
  ),
  detail,
});

/** An id in a path of the store and an attribute of a message, as a model's. */
const subjectIdSchema = modelIdSchema;

/** What every event of a release will say; the events themselves come with releases. */
export const releaseEventDataSchema = z.strictObject({
  kind: described(z.literal('release'), 'What the subject is.'),
  releaseId: described(subjectIdSchema.clone(), 'The release: the subject.', 'live-3'),
  modelId,
  detail,
});

/** What an event says of a sweep beside its type. */
export const sweepEventDataSchema = z.strictObject({
  kind: described(z.literal('sweep'), 'What the subject is.'),
  sweepId: described(sweepIdSchema.clone(), 'The sweep: the subject.', 'c3wq7mzx5ahk4tnvy6d2'),
  modelId,
  detail,
});

/** What follows the kind in a type. */
const typeWords = z.string().regex(/^[a-z]+(\.[a-z]+)*$/);

/** CloudEvents 1.0, structured JSON. */
const envelope = {
  specversion: described(z.literal('1.0'), 'The version of CloudEvents.'),
  id: described(
    z.string().min(1).max(200),
    'The same at each delivery of the event, and of no other event.',
    'uyzubmg7ly23yeki446a.callback-1-16.run.completed',
  ),
  source: described(z.literal('//trainyard'), 'Who says it.'),
  subject: described(z.string(), "The path of the subject's document.", 'runs/uyzubmg7ly23yeki446a'),
  time: described(instantSchema.clone(), 'When it happened.', '2026-11-20T19:18:25.000Z'),
  datacontenttype: described(z.literal('application/json'), 'What `data` is.'),
  traceparent: described(
    traceparentSchema.optional(),
    "The trace that it happened in, by CloudEvents' extension for distributed tracing.",
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ),
};

export const runEventSchema = z.strictObject({
  ...envelope,
  type: described(runEventTypeSchema.clone(), 'What happened to the run.'),
  data: described(runEventDataSchema.clone(), 'What the event says of the run; its document has the rest.'),
});
export type RunEvent = z.infer<typeof runEventSchema>;

export const modelEventSchema = z.strictObject({
  ...envelope,
  type: described(modelEventTypeSchema.clone(), 'What happened to the model, by one of its runs.'),
  data: described(
    modelEventDataSchema.clone(),
    'What the event says of the model; its document has the rest.',
  ),
});
export type ModelEvent = z.infer<typeof modelEventSchema>;

export const releaseEventSchema = z.strictObject({
  ...envelope,
  type: described(
    z.templateLiteral(['release.', typeWords]),
    'What happened to the release.',
    'release.created',
  ),
  data: described(releaseEventDataSchema.clone(), 'What the event says of the release.'),
});
export type ReleaseEvent = z.infer<typeof releaseEventSchema>;

export const sweepEventSchema = z.strictObject({
  ...envelope,
  type: described(sweepEventTypeSchema.clone(), 'What happened to the sweep.'),
  data: described(sweepEventDataSchema.clone(), 'What the event says of the sweep.'),
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
