import { attributesOf, EVENTS_TOPIC, type TrainyardEvent } from '@trainyard/shared';

/** A message as a push subscription hands it over. */
export interface PushedMessage {
  /** In base64. */
  data: string;
  messageId: string;
  publishTime: string;
  attributes: Readonly<Record<string, string>>;
}

/** Where a push subscription of `project` points to: the path names the topic, as in the cloud. */
export function pushPath(project: string, topic: string = EVENTS_TOPIC): string {
  return `/projects/${project}/topics/${topic}`;
}

/** The request body by which Pub/Sub pushes a message to a function. */
export function pushBody(project: string, subscription: string, message: PushedMessage) {
  return { subscription: `projects/${project}/subscriptions/${subscription}`, message };
}

export function eventMessage(event: TrainyardEvent): PushedMessage {
  return {
    data: Buffer.from(JSON.stringify(event)).toString('base64'),
    messageId: event.id,
    publishTime: event.time,
    attributes: attributesOf(event),
  };
}
