import { EVENTS_TOPIC, type RunEvent } from '@trainyard/shared';

/** Where a push subscription of `project` points to: the path names the topic, as in the cloud. */
export function pushPath(project: string): string {
  return `/projects/${project}/topics/${EVENTS_TOPIC}`;
}

/** The request body by which Pub/Sub pushes an event to a function. */
export function pushBody(project: string, subscription: string, event: RunEvent) {
  return {
    subscription: `projects/${project}/subscriptions/${subscription}`,
    message: {
      data: Buffer.from(JSON.stringify(event)).toString('base64'),
      messageId: event.id,
      publishTime: event.time,
      attributes: { type: event.type, runId: event.data.runId, modelId: event.data.modelId },
    },
  };
}
