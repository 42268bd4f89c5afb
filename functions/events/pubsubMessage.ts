import '../http/compressedBodies.js';
import { decodeUtf8 } from '../http/utf8.js';
import type { CloudEvent } from '@google-cloud/functions-framework';
import { z } from 'zod';

/** `google.cloud.pubsub.topic.v1.messagePublished`: the message's data in base64. */
const pushedSchema = z.object({
  message: z.object({
    data: z.string(),
    messageId: z.string().optional(),
    attributes: z.record(z.string(), z.string()).nullish(),
  }),
});

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
  try {
    const { message } = pushedSchema.parse(delivered.data);
    const body = schema.parse(JSON.parse(decodeUtf8(Buffer.from(message.data, 'base64'))));
    return { id: message.messageId ?? delivered.id, attributes: message.attributes ?? {}, body };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
