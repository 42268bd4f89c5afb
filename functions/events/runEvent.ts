/** The CloudEvents of what a run does. Their ids follow from their causes, so that handling a cause again makes the same event. */
import {
  subjectOf,
  type ModelEvent,
  type ModelEventType,
  type Run,
  type RunEvent,
  type RunEventType,
  type TrainyardEvent,
} from '@trainyard/shared';
import { currentTraceparent } from '../telemetry/tracing.js';

interface Happening<T extends TrainyardEvent['type']> {
  type: T;
  detail: Record<string, unknown>;
}

/** The event of something that happened to a run. */
export function runEvent(
  run: Run,
  causeId: string,
  { type, detail }: Happening<RunEventType>,
  now: Date,
): RunEvent {
  const { runId, modelId, runNumber, attempt, status } = run;
  const data = { kind: 'run' as const, runId, modelId, runNumber, attempt, status, detail };
  return { ...envelopeOf(run, causeId, now, { type, data }), type, data };
}

/** The event of something that a run did to its model. */
export function modelEvent(
  run: Run,
  causeId: string,
  { type, detail }: Happening<ModelEventType>,
  now: Date,
): ModelEvent {
  const { runId, modelId } = run;
  const data = { kind: 'model' as const, modelId, runId, detail };
  return { ...envelopeOf(run, causeId, now, { type, data }), type, data };
}

function envelopeOf(
  { runId, traceparent: begun }: Run,
  causeId: string,
  now: Date,
  { type, data }: Pick<TrainyardEvent, 'type' | 'data'>,
): Omit<TrainyardEvent, 'type' | 'data'> {
  const traceparent = currentTraceparent() ?? begun;
  return {
    specversion: '1.0',
    id: `${runId}.${causeId}.${type}`,
    source: '//trainyard',
    subject: subjectOf(data).path,
    time: now.toISOString(),
    datacontenttype: 'application/json',
    ...(traceparent !== null && { traceparent }),
  };
}
