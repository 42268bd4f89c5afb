/**
 * The transactional outbox: an event is written with the change that it tells of, published right after, and deleted once the
 * bus has it. What a crash left behind, `relayOutbox` publishes.
 */
import { paths, runEventSchema, type RunEvent } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import type { StoredDocument, Transaction } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';
import { instruments } from '../telemetry/metrics.js';
import { inParallel } from './inParallel.js';

const PAGE = 100;
/** Of how many runs events are published at a time. */
const CONCURRENCY = 16;

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
 * somebody to look at, and is passed over. Stops soon after the first event that the bus does not take.
 */
export async function relayOutbox(cp: ControlPlane): Promise<number> {
  const settled = new Date(cp.now().getTime() - cp.config.settleSeconds * 1000).toISOString();
  let [relayed, last]: [number, StoredDocument | undefined] = [0, undefined];
  for (;;) {
    const page: StoredDocument[] = await cp.store.query(
      queries.outbox(settled, { startAfter: last, limit: PAGE }),
    );
    await inParallel(byRun(eventsOf(cp, page)), CONCURRENCY, async (events) => {
      for (const event of events) {
        await publishOne(cp, event);
        relayed++;
        instruments().eventsRelayed.add(1, { type: event.type });
      }
    });
    if (page.length < PAGE) return relayed;
    last = page.at(-1);
  }
}

function eventsOf(cp: ControlPlane, page: readonly StoredDocument[]): RunEvent[] {
  return page.flatMap(({ path, data }) => {
    const event = runEventSchema.safeParse(data);
    if (event.success) return event.data;
    cp.log('ERROR', 'an entry of the outbox is no event and stays there', { path, error: event.error });
    return [];
  });
}

/** The events of one run keep their order. */
function byRun(events: readonly RunEvent[]): RunEvent[][] {
  const runs = new Map<string, RunEvent[]>();
  for (const event of events) {
    const { runId } = event.data;
    const earlier = runs.get(runId);
    if (earlier) earlier.push(event);
    else runs.set(runId, [event]);
  }
  return [...runs.values()];
}

async function publishOne(cp: ControlPlane, event: RunEvent): Promise<void> {
  await cp.bus.publish(event);
  instruments().eventsPublished.add(1, { type: event.type });
  await cp.store.transaction(async (tx) => tx.delete(paths.outboxEvent(event.id)));
}
