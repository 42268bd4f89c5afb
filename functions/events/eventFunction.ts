import type { CloudEvent } from '@google-cloud/functions-framework';
import { runEventSchema, type RunEvent } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { withLogFields } from '../telemetry/context.js';
import { inSpan, SpanKind } from '../telemetry/tracing.js';
import { readMessage } from './pubsubMessage.js';

/**
 * Hands `consume`, in a span of the function's `name`, the event that a message of `trainyard-events` carries. A message that is not one of our events is logged and
 * acknowledged, for it will never become one; what `consume` throws is thrown, so that Pub/Sub delivers again.
 */
export async function handleEventMessage(
  cp: ControlPlane,
  name: string,
  delivered: CloudEvent<unknown>,
  consume: (cp: ControlPlane, event: RunEvent) => Promise<void>,
): Promise<void> {
  const message = readMessage(delivered, runEventSchema);
  if (message instanceof Error) {
    cp.log('ERROR', 'a message is not an event and is dropped', { messageId: delivered.id, error: message });
    return;
  }
  const { type, traceparent, data } = message.body;
  const attributes = { 'messaging.system': 'gcp_pubsub', 'trainyard.run_id': data.runId };
  const { runId, attempt } = data;
  await inSpan(`${name} ${type}`, { parent: traceparent, kind: SpanKind.CONSUMER, attributes }, () =>
    withLogFields({ runId, attempt }, () => consume(cp, message.body)),
  );
}
