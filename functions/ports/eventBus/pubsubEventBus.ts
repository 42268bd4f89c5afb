/** Events through Pub/Sub. The SDK is loaded when the bus is opened: it is heavy, and one machine does without it. */
import type { PubSub, Topic } from '@google-cloud/pubsub';
import {
  attributesOf,
  eventSchema,
  EVENTS_TOPIC,
  MAX_DELIVERIES,
  subjectOf,
  type EventType,
  type TrainyardEvent,
} from '@trainyard/shared';
import type { EventBus, Subscription } from './eventBus.js';
import {
  createUnlessThere,
  openClient,
  PubSubDelivery,
  RETRY_POLICY,
  type PubSubOptions,
} from './pubsubDelivery.js';

const DEAD_LETTER_TOPIC = `${EVENTS_TOPIC}-dead-letters`;
const DEAD_LETTER_SUBSCRIPTION = `${EVENTS_TOPIC}-dead-letters-kept`;
/** How long the client tries to publish an event. */
const PUBLISH_MS = 15_000;
const SOURCE_ATTRIBUTE = 'CloudPubSubDeadLetterSourceSubscription';

export async function openPubSubEventBus(options: PubSubOptions): Promise<EventBus> {
  return new PubSubEventBus(await openClient(options), options.onError, options.emulator !== undefined);
}

class PubSubEventBus implements EventBus {
  private readonly topic: Topic;
  private readonly open = new Set<PubSubDelivery>();
  private topics: Promise<void> | undefined;

  constructor(
    private readonly client: PubSub,
    private readonly onError: PubSubOptions['onError'],
    /** In the cloud the topics are part of the infrastructure, and functions may publish only. */
    private readonly makesTopics: boolean,
  ) {
    this.topic = client.topic(EVENTS_TOPIC, {
      messageOrdering: true,
      // Events are few, and somebody waits for each.
      batching: { maxMilliseconds: 1 },
      // An event that is not taken by then is published again from the outbox; the client would go on for ten minutes.
      gaxOpts: { timeout: PUBLISH_MS },
    });
  }

  async publish(event: TrainyardEvent): Promise<void> {
    await this.ensureTopics();
    const orderingKey = subjectOf(event.data).id;
    try {
      await this.topic.publishMessage({
        data: Buffer.from(JSON.stringify(event)),
        attributes: attributesOf(event),
        orderingKey,
      });
    } catch (error) {
      // After a failure the client holds back the key's messages until it is told to go on; the outbox tries again.
      this.topic.resumePublishing(orderingKey);
      throw error;
    }
  }

  async subscribe(
    name: string,
    handler: (event: TrainyardEvent) => Promise<void>,
    types?: readonly EventType[],
  ): Promise<Subscription> {
    await this.ensureTopics();
    await createUnlessThere(() =>
      this.client.createSubscription(EVENTS_TOPIC, name, {
        ackDeadlineSeconds: 60,
        ...filterOf(types),
        ...(!this.makesTopics && { retryPolicy: RETRY_POLICY }),
        deadLetterPolicy: {
          deadLetterTopic: `projects/${this.client.projectId}/topics/${DEAD_LETTER_TOPIC}`,
          maxDeliveryAttempts: MAX_DELIVERIES,
        },
      }),
    );
    const deliver = async (data: Buffer) => {
      const event = parseEvent(data);
      // The emulator keeps the filter and delivers all the same.
      if (!types || types.includes(event.type)) await handler(event);
    };
    const subscription = await PubSubDelivery.open(this.client, name, ({ data }) => deliver(data), {
      onError: this.onError,
      waitsHere: this.makesTopics,
    });
    this.open.add(subscription);
    return {
      close: async () => {
        // Known until it is done, so that closing the bus waits for it too.
        await subscription.close();
        this.open.delete(subscription);
      },
    };
  }

  async deadLetters(): Promise<{ subscription: string; event: TrainyardEvent }[]> {
    await this.ensureTopics();
    const sdk = await import('@google-cloud/pubsub');
    const subscriber = new sdk.v1.SubscriberClient(
      // The same package on both sides; only their declarations of optional settings differ.
      (await this.client.getClientConfig()) as ConstructorParameters<typeof sdk.v1.SubscriberClient>[0],
    );
    const subscription = subscriber.subscriptionPath(this.client.projectId, DEAD_LETTER_SUBSCRIPTION);
    try {
      const [{ receivedMessages }] = await subscriber.pull({
        subscription,
        maxMessages: 1000,
        returnImmediately: true,
      });
      const received = receivedMessages ?? [];
      const ackIds = received.flatMap(({ ackId }) => ackId ?? []);
      // Looked at, not taken: they are there for the next one who asks.
      if (ackIds.length > 0)
        await subscriber.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: 0 });
      return received.map(({ message }) => ({
        subscription: message?.attributes?.[SOURCE_ATTRIBUTE] ?? '',
        event: parseEvent(Buffer.from(message?.data ?? '')),
      }));
    } finally {
      await subscriber.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.open].map((subscription) => subscription.close()));
    await this.topic.flush();
    await this.client.close();
  }

  /** Topics and the keeper of dead letters; made once, again after a failure. */
  private async ensureTopics(): Promise<void> {
    if (!this.makesTopics) return;
    this.topics ??= this.createTopics().catch((error: unknown) => {
      this.topics = undefined;
      throw error;
    });
    await this.topics;
  }

  private async createTopics(): Promise<void> {
    await createUnlessThere(() => this.client.createTopic(EVENTS_TOPIC));
    await createUnlessThere(() => this.client.createTopic(DEAD_LETTER_TOPIC));
    await createUnlessThere(() =>
      this.client.createSubscription(DEAD_LETTER_TOPIC, DEAD_LETTER_SUBSCRIPTION),
    );
  }
}

function parseEvent(data: Buffer): TrainyardEvent {
  return eventSchema.parse(JSON.parse(data.toString('utf8')));
}

/** What Pub/Sub takes of a filter, in bytes. */
const MOST_FILTER_BYTES = 256;

/** Many types are let through and told apart here. */
function filterOf(types: readonly EventType[] | undefined): { filter?: string } {
  const filter = types?.map((type) => `attributes.type = "${type}"`).join(' OR ') ?? '';
  return filter === '' || filter.length > MOST_FILTER_BYTES ? {} : { filter };
}
