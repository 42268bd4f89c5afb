import { paths, type EventType, type Run, type RunEvent } from '@trainyard/shared';
import { currentTraceparent } from '../telemetry/tracing.js';

/**
 * The CloudEvent of something that happened to a run. Its id follows from its cause, so that handling the cause again makes
 * the same event.
 */
export function runEvent(
  run: Run,
  causeId: string,
  { type, detail }: { type: EventType; detail: Record<string, unknown> },
  now: Date,
): RunEvent {
  const traceparent = currentTraceparent() ?? run.traceparent;
  return {
    specversion: '1.0',
    id: `${run.runId}.${causeId}.${type}`,
    source: '//trainyard',
    type,
    subject: paths.run(run.runId),
    time: now.toISOString(),
    datacontenttype: 'application/json',
    ...(traceparent !== null && { traceparent }),
    data: {
      runId: run.runId,
      modelId: run.modelId,
      runNumber: run.runNumber,
      attempt: run.attempt,
      status: run.status,
      detail,
    },
  };
}
