/** How what the listeners of a topic hear becomes its events: the same for the API and for a page at Firestore itself. */
import type { FeedEvent } from './event.js';
import type { Told } from './topics.js';

/** A listener of a topic. */
export interface Teller {
  /** Nothing of a document that is none of the caller's business. */
  tell: (data: Record<string, unknown>) => Told | undefined;
  /** What is told of a document that matches no longer; that it is gone unless given. */
  tellLast?: ((path: string) => Promise<Told | undefined>) | undefined;
}

/** A document as it is now; without its data where it matches no longer. */
export interface Heard {
  path: string;
  data?: Record<string, unknown>;
}

interface Telling {
  topic: string;
  send: (event: FeedEvent) => void;
  fail: (error: unknown) => void;
}

/**
 * Of a topic what is told, of each listener what it hears. A document is gone when it matches none of them any more; what was never told is not
 * told to be gone either, for its name is none of the caller's. After all have read what was there, the topic is ready.
 */
export function telling(tellers: readonly Teller[], { topic, send, fail }: Telling) {
  const matching = new Map<string, Set<Teller>>();
  const unread = new Set(tellers);
  const tell = (key: string, told: Told | undefined) => {
    if (!told) return send({ event: 'gone', data: { topic, key } });
    // The pair of name and value is one of the union's, which the compiler does not follow through the spread.
    send({ event: told.event, data: { topic, key, value: told.value } } as FeedEvent);
  };
  const leave = (teller: Teller, path: string) => {
    const by = matching.get(path);
    if (!by?.delete(teller) || by.size > 0) return;
    matching.delete(path);
    const tellLast = async () => {
      const last = await teller.tellLast?.(path);
      // It may match again meanwhile, and what was told of it then is newer.
      if (!matching.has(path)) tell(path, last);
    };
    tellLast().catch(fail);
  };
  const hearOne = (teller: Teller, { path, data }: Heard) => {
    const told = data && teller.tell(data);
    if (!told) return leave(teller, path);
    matching.set(path, (matching.get(path) ?? new Set()).add(teller));
    tell(path, told);
  };
  return {
    hear: (teller: Teller, changes: readonly Heard[]): void => {
      for (const change of changes) hearOne(teller, change);
    },
    /** A listener has told all that was there. */
    read: (teller: Teller): void => {
      if (unread.delete(teller) && unread.size === 0) send({ event: 'ready', data: { topic } });
    },
  };
}
