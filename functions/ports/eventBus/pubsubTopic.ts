import {
  createUnlessThere,
  openClient,
  PubSubDelivery,
  RETRY_POLICY,
  type Delivered,
  type PubSubOptions,
} from './pubsubDelivery.js';
import type { Subscription } from './eventBus.js';

/** Hears the messages of a topic, which is made where it is not there: what a push subscription does in the cloud. */
export async function subscribeToTopic(
  options: PubSubOptions & { topic: string; subscription: string },
  handler: (message: Delivered) => Promise<void>,
): Promise<Subscription> {
  const { topic, subscription, onError } = options;
  const client = await openClient(options);
  await createUnlessThere(() => client.createTopic(topic));
  await createUnlessThere(() =>
    client.createSubscription(topic, subscription, {
      ackDeadlineSeconds: 60,
      retryPolicy: RETRY_POLICY,
    }),
  );
  const delivery = await PubSubDelivery.open(client, subscription, handler, { onError, waitsHere: false });
  return {
    async close() {
      await delivery.close();
      await client.close();
    },
  };
}
