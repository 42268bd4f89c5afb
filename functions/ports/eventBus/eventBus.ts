import type { EventType, TrainyardEvent } from '@trainyard/shared';

export interface EventBus {
  /** Loads what publishing needs, where that is not loaded yet; asks nobody on the network. */
  ready?(): Promise<void>;
  /** Resolves when the event is durably accepted. Publishing the same event again may deliver it again. */
  publish(event: TrainyardEvent): Promise<void>;
  /**
   * Delivers every event published after the subscription first existed, at least once and in any order. A handler that
   * throws gets the event again, later; after `MAX_DELIVERIES` it goes to the dead letters. `name` is durable: a
   * subscription continues where the one of the same name stopped. It gets events of `types` only, where they are given: the
   * same ones each time.
   */
  subscribe(
    name: string,
    handler: (event: TrainyardEvent) => Promise<void>,
    types?: readonly EventType[],
  ): Promise<Subscription>;
  /** Ends a subscription of a former process for good, with what waits for it; where a bus keeps its own. */
  unsubscribe?(name: string): Promise<void>;
  /** Events that a subscription gave up on. */
  deadLetters(): Promise<{ subscription: string; event: TrainyardEvent }[]>;
  close(): Promise<void>;
}

export interface Subscription {
  /** Stops delivering and waits for handlers under way. What was published meanwhile waits for the next subscriber. */
  close(): Promise<void>;
}
