/** The feed of Firestore itself: what the API would listen to for this caller, asked for by the page, as far as the security rules let it through. */
import { telling, type Heard, type Teller } from '@trainyard/shared/feed/telling';
import { type Listened, partsOf, TOPICS } from '@trainyard/shared/feed/topics';
import type { Teams } from '@trainyard/shared/feed/queries';
import { doc, type Firestore, getDoc, onSnapshot } from 'firebase/firestore';
import type { Feed, FeedStatus } from './feed.js';
import { Listeners } from './listeners.js';
import { TopicStates } from './topicStates.js';
import { webQuery } from './webQuery.js';

/** Without a server the SDK soon says that there is nothing: what is empty counts once the server has said so, and what it says of itself is heard. */
const WITH_METADATA = { includeMetadataChanges: true };

export class FirestoreFeed implements Feed {
  private readonly states = new TopicStates();
  private readonly topics = new Map<string, { onChanges: Set<() => void>; stop: () => void }>();
  private readonly statusListeners = new Listeners();
  /** Of each listener whether the server has said what it knows. */
  private readonly hears = new Map<object, boolean>();
  private current: FeedStatus = 'connecting';

  constructor(
    private readonly store: Firestore,
    private readonly teams: Teams,
    /** Called once of a topic that Firestore does not tell, with the reason. */
    private readonly onRefused: (topic: string, reason: unknown) => void,
  ) {}

  subscribe(topic: string, onChange: () => void): () => void {
    let opened = this.topics.get(topic);
    if (!opened) {
      opened = { onChanges: new Set(), stop: () => {} };
      this.topics.set(topic, opened);
      opened.stop = this.open(topic);
    }
    opened.onChanges.add(onChange);
    return () => {
      opened.onChanges.delete(onChange);
      if (opened.onChanges.size > 0 || this.topics.get(topic) !== opened) return;
      this.topics.delete(topic);
      opened.stop();
    };
  }

  state(topic: string) {
    return this.states.state(topic);
  }

  status(): FeedStatus {
    return this.current;
  }

  onStatus(onChange: () => void): () => void {
    return this.statusListeners.add(onChange);
  }

  /** Gives what ends its listeners. */
  private open(topic: string): () => void {
    const { name, id } = partsOf(topic);
    const listened = TOPICS[name]?.(id, this.teams) ?? [];
    let hasFailed = false;
    const fail = (reason: unknown) => {
      if (hasFailed) return;
      hasFailed = true;
      stop();
      this.topics.delete(topic);
      this.states.forget(topic);
      this.onRefused(topic, reason);
    };
    const tellers = new Map(listened.map((each) => [each, tellerOf(this.store, each)]));
    this.states.begin([topic]);
    const { hear, read } = telling([...tellers.values()], {
      topic,
      fail,
      send: (event) => {
        for (const onChange of this.topics.get(this.states.add(event))?.onChanges ?? []) onChange();
      },
    });
    const stops = [...tellers].map(([{ target }, teller]) =>
      this.listen(
        target,
        (heard, isFromServer) => {
          try {
            hear(teller, heard);
          } catch (error) {
            // A page that was loaded before the server was brought up to date may not know a document any more.
            return fail(error);
          }
          if (isFromServer) read(teller);
          this.heard(teller, isFromServer);
        },
        fail,
      ),
    );
    const stop = () => {
      for (const end of stops) end();
      for (const teller of tellers.values()) this.hears.delete(teller);
      this.settle();
    };
    return stop;
  }

  private listen(
    target: Listened['target'],
    next: (heard: Heard[], isFromServer: boolean) => void,
    fail: (reason: unknown) => void,
  ): () => void {
    if ('query' in target)
      return onSnapshot(
        webQuery(this.store, target.query),
        WITH_METADATA,
        (rows) =>
          next(
            rows.docChanges().map(({ type, doc: row }) => ({
              path: row.ref.path,
              ...(type !== 'removed' && { data: row.data() }),
            })),
            !rows.metadata.fromCache,
          ),
        fail,
      );
    return onSnapshot(
      doc(this.store, target.document),
      WITH_METADATA,
      (row) => {
        const [data, isFromServer] = [row.data(), !row.metadata.fromCache];
        next(data || isFromServer ? [{ path: row.ref.path, ...(data && { data }) }] : [], isFromServer);
      },
      fail,
    );
  }

  private heard(teller: Teller, isFromServer: boolean): void {
    this.hears.set(teller, isFromServer);
    this.settle();
  }

  /** It waits when a listener that has heard from the server is without it. */
  private settle(): void {
    const all = [...this.hears.values()];
    const status = all.every(Boolean) ? 'live' : this.current === 'connecting' ? 'connecting' : 'waiting';
    if (all.length === 0 || status === this.current) return;
    this.current = status;
    this.statusListeners.call();
  }
}

function tellerOf(store: Firestore, { tell, hasEnd }: Listened): Teller {
  return {
    tell,
    tellLast: hasEnd
      ? async (path) => {
          const data = (await getDoc(doc(store, path))).data();
          return data && tell(data);
        }
      : undefined,
  };
}
