import type { Sweep, SweepEvent, SweepEventType } from '@trainyard/shared';
import { envelopeOf } from '../events/envelope.js';
import { currentTraceparent } from '../telemetry/tracing.js';

/** The event of something that happened to a sweep. Its id follows from its cause, so that handling a cause again makes the same event. */
export function sweepEvent(
  { sweepId, modelId }: Pick<Sweep, 'sweepId' | 'modelId'>,
  causeId: string,
  { type, detail }: { type: SweepEventType; detail: Record<string, unknown> },
  now: Date,
): SweepEvent {
  const data = { kind: 'sweep' as const, sweepId, modelId, detail };
  const moment = { now, traceparent: currentTraceparent() };
  return { ...envelopeOf(sweepId, causeId, moment, { type, data }), type, data };
}
