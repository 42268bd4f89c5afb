/**
 * The transactional outbox: an event is written with the change that it tells of, published right after, and deleted once the
 * bus has it. What a crash left behind, `relayOutbox` publishes.
 */
import { paths, runEventSchema, type RunEvent } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import type { StoredDocument, Transaction } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';
import { instruments } from '../telemetry/metrics.js';

const PAGE = 100;

export function putInOutbox(tx: Transaction, event: RunEvent): void {
  tx.set(paths.outboxEvent(event.id), { ...event });
}

/** Publishes events just committed. A failure is logged and left to the relay: the change itself has happened. */
export async function publishCommitted(cp: ControlPlane, events: readonly RunEvent[]): Promise<void> {
  for (const event of events) {
    try {
      await publishOne(cp, event);
    } catch (error) {
      cp.log('WARNING', 'an event stays in the outbox', { runId: event.data.runId, event: event.id, error });
    }
  }
}

/**
 * Publishes what has been in the outbox for at least `settleSeconds`; returns how many events. What is no event stays there, for
 * somebody to look at, and is passed over. Stops at the first event that the bus does not take.
 */
export async function relayOutbox(cp: ControlPlane): Promise<number> {
  const settled = new Date(cp.now().getTime() - cp.config.settleSeconds * 1000).toISOString();
  let [relayed, last]: [number, StoredDocument | undefined] = [0, undefined];
  for (;;) {
    const page: StoredDocument[] = await cp.store.query(
      queries.outbox(settled, { startAfter: last, limit: PAGE }),
    );
    for (const { path, data } of page) {
      const event = runEventSchema.safeParse(data);
      if (event.success) {
        await publishOne(cp, event.data);
        relayed++;
        instruments().eventsRelayed.add(1, { type: event.data.type });
      } else {
        cp.log('ERROR', 'an entry of the outbox is no event and stays there', { path, error: event.error });
      }
    }
    if (page.length < PAGE) return relayed;
    last = page.at(-1);
  }
}

async function publishOne(cp: ControlPlane, event: RunEvent): Promise<void> {
  await cp.bus.publish(event);
  instruments().eventsPublished.add(1, { type: event.type });
  await cp.store.transaction(async (tx) => tx.delete(paths.outboxEvent(event.id)));
}
