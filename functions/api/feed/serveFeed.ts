/** Several topics as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html) over one connection. */
import { telling, type Heard } from '@trainyard/shared/feed/telling';
import type { ControlPlane } from '../../controlPlane.js';
import type { Response } from '../../http/request.js';
import type { DocumentChange } from '../../ports/documentStore/documentStore.js';
import type { Caller } from '../caller.js';
import { openEventStream } from '../openEventStream.js';
import { Outgoing } from './outgoing.js';
import { openTopic } from './topics.js';

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
  await openEventStream(cp, response, { topics }, (fail) =>
    opened.flatMap(({ topic, watches }) => {
      const { hear, read } = telling(watches, { topic, send: (event) => outgoing.send(event), fail });
      return watches.map((watched) => {
        const onChanges = (changes: readonly DocumentChange[]) => {
          hear(watched, changes.map(heardOf));
          read(watched);
        };
        return cp.store.watch(watched.target, onChanges, fail);
      });
    }),
  );
}

const heardOf = (change: DocumentChange): Heard =>
  change.kind === 'deleted' ? { path: change.path } : change.document;
