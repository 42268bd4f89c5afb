/** The feed of the page: Firestore itself, where the deployment has a project for it and the rules let a topic through; else the server's stream. */
import { reads } from '../api/reads.js';
import type { QueryClient } from '@tanstack/react-query';
import { session } from '../api/session.js';
import { type Feed, type FeedStatus, NOTHING_YET } from './feed.js';
import { Listeners } from './listeners.js';
import { StreamFeed } from './streamFeed.js';

interface Subscription {
  topic: string;
  onChange: () => void;
  stop?: (() => void) | undefined;
}

export class PageFeed implements Feed {
  private readonly stream: Feed = new StreamFeed();
  private firestore: Feed | undefined;
  private isChosen = false;
  /** Topics that Firestore has refused. */
  private readonly refused = new Set<string>();
  private readonly subscriptions = new Set<Subscription>();
  private readonly statusListeners = new Listeners();

  constructor(private readonly queries: QueryClient) {
    this.stream.onStatus(() => this.statusListeners.call());
    void this.choose();
  }

  subscribe(topic: string, onChange: () => void): () => void {
    const subscription: Subscription = { topic, onChange };
    this.subscriptions.add(subscription);
    this.place(subscription);
    return () => {
      this.subscriptions.delete(subscription);
      subscription.stop?.();
    };
  }

  state(topic: string) {
    return this.feedOf(topic)?.state(topic) ?? NOTHING_YET;
  }

  /** That of the feed which is worse off, of those that are listened to. */
  status(): FeedStatus {
    const used = new Set([...this.subscriptions].map(({ topic }) => this.feedOf(topic)?.status()));
    if (used.has('waiting')) return 'waiting';
    return used.size === 1 && used.has('live') ? 'live' : 'connecting';
  }

  onStatus(onChange: () => void): () => void {
    return this.statusListeners.add(onChange);
  }

  private feedOf(topic: string): Feed | undefined {
    if (!this.isChosen) return undefined;
    return this.firestore && !this.refused.has(topic) ? this.firestore : this.stream;
  }

  private place(subscription: Subscription): void {
    subscription.stop?.();
    subscription.stop = this.feedOf(subscription.topic)?.subscribe(subscription.topic, subscription.onChange);
    this.statusListeners.call();
  }

  private async choose(): Promise<void> {
    try {
      this.firestore = await this.openFirestore();
      this.firestore?.onStatus(() => this.statusListeners.call());
    } catch (error) {
      // For whoever looks into it: the page itself misses nothing.
      // oxlint-disable-next-line no-console
      console.warn('Firestore is not listened to; the stream of the server tells instead.', error);
    }
    this.isChosen = true;
    for (const subscription of this.subscriptions) this.place(subscription);
  }

  /** Undefined where there is no project, or nobody whom its rules would know. */
  private async openFirestore(): Promise<Feed | undefined> {
    const { by, firebase } = await session.signIn();
    if (!firebase || by === 'nothing') return undefined;
    const me = await this.queries.fetchQuery(reads.me);
    const token = await session.bearer();
    if (token === undefined) return undefined;
    const { FirestoreFeed, openFirestore, teamsOf } = await import('./openFirestore.js');
    return new FirestoreFeed(openFirestore(firebase, token), teamsOf(me), (topic, reason) => {
      // For whoever looks into it: the page itself misses nothing.
      // oxlint-disable-next-line no-console
      console.warn(`Firestore does not tell ${topic}; the stream of the server does.`, reason);
      this.refused.add(topic);
      for (const each of this.subscriptions) if (each.topic === topic) this.place(each);
    });
  }
}
