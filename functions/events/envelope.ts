import { subjectOf, type TrainyardEvent } from '@trainyard/shared';

/** What a CloudEvent has beside its type and data. Its id follows from its cause, so that handling a cause again makes the same event. */
export function envelopeOf(
  /** The id of what does something, which need not be what the event is about. */
  actorId: string,
  causeId: string,
  { now, traceparent }: { now: Date; traceparent: string | null },
  { type, data }: Pick<TrainyardEvent, 'type' | 'data'>,
): Omit<TrainyardEvent, 'type' | 'data'> {
  return {
    specversion: '1.0',
    id: `${actorId}.${causeId}.${type}`,
    source: '//trainyard',
    subject: subjectOf(data).path,
    time: now.toISOString(),
    datacontenttype: 'application/json',
    ...(traceparent !== null && { traceparent }),
  };
}
