import '../http/compressedBodies.js';
import { decodeUtf8 } from '../http/utf8.js';
import type { CloudEvent } from '@google-cloud/functions-framework';
import { cutText, problemErrors } from '@trainyard/shared';
import { z } from 'zod';

/** `google.cloud.pubsub.topic.v1.messagePublished`: the message's data in base64. */
const pushedSchema = z.object({
  message: z.object({
    data: z.string(),
    messageId: z.string().optional(),
    attributes: z.record(z.string(), z.string()).nullish(),
  }),
});

const MOST_TOLD = 3;

/** A message of Pub/Sub whose JSON data `schema` has parsed. */
export interface PubsubMessage<T> {
  /** Pub/Sub's own id: the same at every delivery of the message. */
  id: string;
  attributes: Readonly<Record<string, string>>;
  body: T;
}

/** The message that Pub/Sub delivered; an error where it is not what `schema` describes, which no other delivery will change. */
export function readMessage<T>(
  delivered: CloudEvent<unknown>,
  schema: z.ZodType<T>,
): PubsubMessage<T> | Error {
  const pushed = pushedSchema.safeParse(delivered.data);
  if (!pushed.success) return unreadable('it is no message of Pub/Sub', pushed.error);
  const { message } = pushed.data;
  let json: unknown;
  try {
    json = JSON.parse(decodeUtf8(Buffer.from(message.data, 'base64')));
  } catch (cause) {
    return new Error('its data is not JSON in UTF-8', { cause });
  }
  const body = schema.safeParse(json);
  if (!body.success) return unreadable('its data is not as it must be', body.error);
  return { id: message.messageId ?? delivered.id, attributes: message.attributes ?? {}, body: body.data };
}

/** One line with the first places that are wrong. What was sent is not repeated, for a log is read by others. */
function unreadable(what: string, cause: z.ZodError): Error {
  const entries = problemErrors(cause).map(({ pointer, detail }) => `${pointer || '/'} ${detail}`);
  const more = entries.length > MOST_TOLD ? ` (and ${entries.length - MOST_TOLD} more)` : '';
  const told = cutText(entries.slice(0, MOST_TOLD).join('; ').replaceAll(/\s+/g, ' '), 500);
  return new Error(`${what}: ${told}${more}`, { cause });
}
