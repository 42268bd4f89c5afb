import type { CloudEvent } from '@google-cloud/functions-framework';
import { eventSchema, subjectOf, type EventType, type TrainyardEvent } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { withLogFields } from '../telemetry/context.js';
import { inSpan, SpanKind } from '../telemetry/tracing.js';
import { identityOf } from './identity.js';
import { readMessage } from './pubsubMessage.js';
import { SUBSCRIPTIONS } from './subscriptions.js';

/**
 * Hands `consume`, in a span of the function's `name`, the event that a message of `trainyard-events` carries. A message that is not one of our events is logged and
 * acknowledged, for it will never become one; what `consume` throws is thrown, so that Pub/Sub delivers again.
 */
export async function handleEventMessage(
  cp: ControlPlane,
  name: string,
  delivered: CloudEvent<unknown>,
  consume: (cp: ControlPlane, event: TrainyardEvent) => Promise<void>,
): Promise<void> {
  const message = readMessage(delivered, eventSchema);
  if (message instanceof Error) {
    const reason = message.message;
    cp.log('ERROR', 'a message is not an event and is dropped', { messageId: delivered.id, reason });
    return;
  }
  const { type, traceparent, data } = message.body;
  if (!isWanted(name, type)) return;
  const attributes = {
    'messaging.system': 'gcp_pubsub',
    'trainyard.subject': subjectOf(data).path,
    ...('runId' in data && { 'trainyard.run_id': data.runId }),
  };
  await inSpan(`${name} ${type}`, { parent: traceparent, kind: SpanKind.CONSUMER, attributes }, () =>
    withLogFields(identityOf(data), () => consume(cp, message.body)),
  );
}

/** A subscription may let through more than its function hears of. */
function isWanted(name: string, type: EventType): boolean {
  const wanted = Object.entries<readonly EventType[]>(SUBSCRIPTIONS).find(([of]) => of === name);
  return wanted?.[1].includes(type) ?? true;
}
