/** The CloudEvents of what a run does. Their ids follow from their causes, so that handling a cause again makes the same event. */
import {
  type ModelEvent,
  type ModelEventType,
  type Run,
  type RunEvent,
  type RunEventType,
  type TrainyardEvent,
} from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { currentTraceparent } from '../telemetry/tracing.js';
import { envelopeOf } from './envelope.js';

interface Happening<T extends TrainyardEvent['type']> {
  type: T;
  detail: Record<string, unknown>;
}

/** What a plan is told of the moment at which its events are made. */
export interface EventContext {
  now: Date;
  /** The span under way; null where there is none, and the event belongs to the trace of its run. */
  traceparent: string | null;
}

/** The moment as it is, for a plan that reads neither clock nor trace. */
export function eventContext(cp: Pick<ControlPlane, 'now'>): EventContext {
  return { now: cp.now(), traceparent: currentTraceparent() };
}

/** The event of something that happened to a run. */
export function runEvent(
  run: Run,
  causeId: string,
  { type, detail }: Happening<RunEventType>,
  context: EventContext,
): RunEvent {
  const { runId, modelId, runNumber, attempt, status, sweep } = run;
  const data = {
    kind: 'run' as const,
    runId,
    modelId,
    runNumber,
    attempt,
    status,
    ...(sweep && { sweepId: sweep.sweepId, trial: sweep.trial }),
    detail,
  };
  return { ...envelopeOf(runId, causeId, momentOf(run, context), { type, data }), type, data };
}

/** The event of something that a run did to its model. */
export function modelEvent(
  run: Run,
  causeId: string,
  { type, detail }: Happening<ModelEventType>,
  context: EventContext,
): ModelEvent {
  const { runId, modelId } = run;
  const data = { kind: 'model' as const, modelId, runId, detail };
  return { ...envelopeOf(runId, causeId, momentOf(run, context), { type, data }), type, data };
}

/** Where no span is under way, an event belongs to the trace that its run began in. */
function momentOf({ traceparent: begun }: Run, { now, traceparent }: EventContext): EventContext {
  return { now, traceparent: traceparent ?? begun };
}
