/** What a page watches, wherever it comes from: the stream of a server, or Firestore's listeners. */
import type { FeedEvent } from '@trainyard/shared/feed/event';

type Thing = Extract<FeedEvent, { data: { value: unknown } }>;
export type ThingKind = Thing['event'];
export type ThingOf<K extends ThingKind> = Extract<Thing, { event: K }>['data']['value'];

/** What is known of a topic. A new object at each change. */
export interface TopicState {
  /** Whether all that the topic held when it was opened has been told. */
  isReady: boolean;
  /** By their keys, in the order in which they were first told. */
  things: ReadonlyMap<string, Thing>;
}

/** `live` from the first answer; `waiting` while the connection is away and will be tried again. */
export type FeedStatus = 'connecting' | 'live' | 'waiting';

export interface Feed {
  /** Calls `onChange` after each change of the topic, until the function that it gives is called. */
  subscribe(topic: string, onChange: () => void): () => void;
  state(topic: string): TopicState;
  status(): FeedStatus;
  onStatus(onChange: () => void): () => void;
}

export const NOTHING_YET: TopicState = { isReady: false, things: new Map() };

/** The things of a kind. */
export function thingsOf<K extends ThingKind>({ things }: TopicState, kind: K): ThingOf<K>[] {
  const found: ThingOf<K>[] = [];
  for (const thing of things.values()) if (isOf(thing, kind)) found.push(thing.data.value as ThingOf<K>);
  return found;
}

function isOf<K extends ThingKind>(thing: Thing, kind: K): thing is Extract<Thing, { event: K }> {
  return thing.event === kind;
}
