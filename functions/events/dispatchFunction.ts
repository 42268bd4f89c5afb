import type { CloudEvent } from '@google-cloud/functions-framework';
import { runEventSchema, type RunEvent } from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { dispatch } from '../runs/dispatch.js';

/** `google.cloud.pubsub.topic.v1.messagePublished`: the message's data is our event, in base64. */
const pushedSchema = z.object({ message: z.object({ data: z.string() }) });

/**
 * Launches requested runs. A message that is not one of our events is logged and acknowledged, for it will never become one;
 * any other failure is thrown, so that Pub/Sub delivers again.
 */
export async function handleDispatchMessage(cp: ControlPlane, delivered: CloudEvent<unknown>): Promise<void> {
  const event = parseMessage(delivered.data);
  if (event instanceof Error) {
    cp.log('ERROR', 'a message is not an event and is dropped', { messageId: delivered.id, error: event });
    return;
  }
  if (event.type === 'run.requested') await dispatch(cp, event.data.runId);
}

function parseMessage(data: unknown): RunEvent | Error {
  try {
    const { message } = pushedSchema.parse(data);
    return runEventSchema.parse(JSON.parse(Buffer.from(message.data, 'base64').toString('utf8')));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
