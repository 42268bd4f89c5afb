import { subjectOf, type Sweep, type SweepEvent, type SweepEventType } from '@trainyard/shared';
import { currentTraceparent } from '../telemetry/tracing.js';

/** The event of something that happened to a sweep. Its id follows from its cause, so that handling a cause again makes the same event. */
export function sweepEvent(
  { sweepId, modelId }: Pick<Sweep, 'sweepId' | 'modelId'>,
  causeId: string,
  { type, detail }: { type: SweepEventType; detail: Record<string, unknown> },
  now: Date,
): SweepEvent {
  const data = { kind: 'sweep' as const, sweepId, modelId, detail };
  const traceparent = currentTraceparent();
  return {
    specversion: '1.0',
    id: `${sweepId}.${causeId}.${type}`,
    source: '//trainyard',
    subject: subjectOf(data).path,
    time: now.toISOString(),
    datacontenttype: 'application/json',
    ...(traceparent !== null && { traceparent }),
    type,
    data,
  };
}
