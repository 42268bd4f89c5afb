/** Messages of one Pub/Sub subscription, pulled and handed to whoever is there for them. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Message, PubSub, Subscription as PubSubSubscription } from '@google-cloud/pubsub';
import type { Subscription } from './eventBus.js';

export interface PubSubOptions {
  projectId: string;
  /** `host:port` of an emulator; Google's service with the machine's own credentials unless given. */
  emulator?: string;
  /** Told when the client gives up on a subscription. A warning of the process unless given. */
  onError?: ((error: Error) => void) | undefined;
}

/** gRPC's code for what exists already. */
const ALREADY_EXISTS = 6;

/** The SDK is loaded here: it is heavy, and one machine does without it. */
export async function openClient({ projectId, emulator }: PubSubOptions): Promise<PubSub> {
  const sdk = await import('@google-cloud/pubsub');
  return new sdk.PubSub({ projectId, ...(emulator && { apiEndpoint: emulator, emulatorMode: true }) });
}

export async function createUnlessThere(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === ALREADY_EXISTS)) throw error;
  }
}

/**
 * How long a message whose handler has failed waits for its next delivery: as long as `RETRY_POLICY` says, doubled each time. The wait
 * is made here for an emulator: it looks through all messages that it holds back, for each of them and with each pull, so that a few
 * hundred take a whole processor.
 */
const RETRY_SECONDS = { minimum: 1, maximum: 60 } as const;

export const RETRY_POLICY = {
  minimumBackoff: { seconds: RETRY_SECONDS.minimum },
  maximumBackoff: { seconds: RETRY_SECONDS.maximum },
};

/** What a handler gets of a message. */
export type Delivered = Pick<Message, 'id' | 'data' | 'attributes' | 'publishTime'>;

/** Hands the messages of one subscription to its handler until it is closed. */
export class PubSubDelivery implements Subscription {
  private readonly underWay = new Set<Promise<void>>();
  private readonly ending = new AbortController();
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly stream: PubSubSubscription,
    private readonly handler: (message: Delivered) => Promise<void>,
    onError: (error: Error) => void,
    private readonly waitsHere: boolean,
  ) {
    stream.on('message', (message: Message) => {
      const done = this.deliver(message).finally(() => this.underWay.delete(done));
      this.underWay.add(done);
    });
    // The client mends what it can by itself; after this the subscription delivers nothing until the next subscriber.
    stream.on('error', onError);
  }

  /** The subscription must be there, with a retry policy unless it `waitsHere`. A message whose handler throws comes again. */
  static async open(
    client: PubSub,
    name: string,
    handler: (message: Delivered) => Promise<void>,
    {
      onError = (error) => process.emitWarning(error),
      waitsHere,
    }: { onError?: ((error: Error) => void) | undefined; waitsHere: boolean },
  ): Promise<PubSubDelivery> {
    const sdk = await import('@google-cloud/pubsub');
    const closeOptions = { behavior: sdk.SubscriptionCloseBehaviors.WaitForProcessing };
    return new PubSubDelivery(client.subscription(name, { closeOptions }), handler, onError, waitsHere);
  }

  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  private async finish(): Promise<void> {
    this.ending.abort();
    // Takes nothing new from now on, and waits until what it took has been answered; a broken stream does not wait.
    await this.stream.close();
    await Promise.all(this.underWay);
  }

  private async deliver(message: Message): Promise<void> {
    try {
      await this.handler(message);
      message.ack();
    } catch {
      // The handler has told its log why; Pub/Sub counts the delivery and brings the message again, or buries it.
      if (this.waitsHere) await this.backOff(message.deliveryAttempt ?? 1);
      message.nack();
    }
  }

  /** Ends early where the subscription is closed. */
  private async backOff(deliveryAttempt: number): Promise<void> {
    const { minimum, maximum } = RETRY_SECONDS;
    const seconds = Math.min(maximum, minimum * 2 ** (Math.max(1, deliveryAttempt) - 1));
    await pause(seconds * 1000, undefined, { signal: this.ending.signal }).catch(() => undefined);
  }
}
