/** Several topics as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html) over one connection. */
import type { FeedEvent } from '@trainyard/shared';
import type { ControlPlane } from '../../controlPlane.js';
import type { Response } from '../../http/request.js';
import type { DocumentChange } from '../../ports/documentStore/documentStore.js';
import type { Caller } from '../caller.js';
import { openEventStream } from '../openEventStream.js';
import { Outgoing } from './outgoing.js';
import { openTopic, type Watched } from './topics.js';

/**
 * Tells what each topic holds, `ready` when all of it has been told, and then every change, until the client has gone. A client that
 * comes back is told everything again: what it knew and was not told until `ready` is gone.
 */
export async function serveFeed(
  cp: Pick<ControlPlane, 'store' | 'log'>,
  caller: Caller,
  topics: readonly string[],
  response: Response,
): Promise<void> {
  const opened = await Promise.all(
    topics.map(async (topic) => ({ topic, watches: await openTopic(cp, caller, topic) })),
  );
  const outgoing = new Outgoing(response);
  const send = (event: FeedEvent) => outgoing.send(event);
  await openEventStream(cp, response, { topics }, (fail) =>
    opened.flatMap(({ topic, watches }) => {
      let unread = watches.length;
      const onRead = () => {
        unread -= 1;
        if (unread === 0) send({ event: 'ready', data: { topic } });
      };
      return watches.map((watched) => listen(cp, { topic, watched, send, onRead, fail }));
    }),
  );
}

interface Listening {
  topic: string;
  watched: Watched;
  send: (event: FeedEvent) => void;
  /** Called once, when all that was there has been sent. */
  onRead: () => void;
  fail: (error: unknown) => void;
}

/** Gives what ends it. */
function listen(
  { store }: Pick<ControlPlane, 'store'>,
  { topic, watched, send, onRead, fail }: Listening,
): () => void {
  const matching = new Set<string>();
  const tell = (key: string, told: ReturnType<Watched['tell']>) => {
    if (!told) return send({ event: 'gone', data: { topic, key } });
    // The pair of name and value is one of the union's, which the compiler does not follow through the spread.
    send({ event: told.event, data: { topic, key, value: told.value } } as FeedEvent);
  };
  const tellLast = async (path: string) => {
    const last = await watched.tellLast?.(path);
    // It may match again meanwhile, and what was told of it then is newer.
    if (!matching.has(path)) tell(path, last);
  };
  const onChange = (change: DocumentChange) => {
    // What the caller never saw is not told to be gone either: its name is none of theirs.
    if (change.kind === 'deleted') {
      if (matching.delete(change.path)) tellLast(change.path).catch(fail);
      return;
    }
    const { path } = change.document;
    const told = watched.tell(change.document);
    if (told) matching.add(path);
    else if (!matching.delete(path)) return;
    tell(path, told);
  };
  let isFirst = true;
  return store.watch(
    watched.target,
    (changes) => {
      for (const change of changes) onChange(change);
      if (isFirst) onRead();
      isFirst = false;
    },
    fail,
  );
}
