import type { FeedEvent } from '@trainyard/shared/feed/event';
import { NOTHING_YET, type TopicState } from './feed.js';

/**
 * What is known of each topic, by the events of one connection after another. While a new connection tells everything again, what the last
 * one told stays in sight; what was not told again until `ready` is gone.
 */
export class TopicStates {
  private readonly states = new Map<string, TopicState>();
  /** The keys that its connection has told, of each topic that is not ready in it. */
  private readonly told = new Map<string, Set<string>>();

  state(topic: string): TopicState {
    return this.states.get(topic) ?? NOTHING_YET;
  }

  /** A new connection begins, of these topics. */
  begin(topics: readonly string[]): void {
    for (const topic of topics) this.told.set(topic, new Set());
  }

  forget(topic: string): void {
    this.states.delete(topic);
    this.told.delete(topic);
  }

  /** Gives the topic that has changed. */
  add(event: FeedEvent): string {
    const { topic } = event.data;
    const { isReady, things } = this.state(topic);
    const next = new Map(things);
    const told = this.told.get(topic);
    if (event.event === 'ready') {
      if (told) for (const key of things.keys()) if (!told.has(key)) next.delete(key);
      this.told.delete(topic);
    } else {
      told?.add(event.data.key);
      if (event.event === 'gone') next.delete(event.data.key);
      else next.set(event.data.key, event);
    }
    this.states.set(topic, { isReady: isReady || event.event === 'ready', things: next });
    return topic;
  }
}
