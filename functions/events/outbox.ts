/**
 * The transactional outbox: an event is written with the change that it tells of, published right after, and deleted once the
 * bus has it. What a crash left behind, `relayOutbox` publishes.
 */
import { eventSchema, inParallel, paths, subjectOf, type TrainyardEvent } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { endsWithin } from '../endsWithin.js';
import type { StoredDocument } from '../ports/documentStore/documentStore.js';
import type { Write } from '../ports/documentStore/writes.js';
import type { EventBus } from '../ports/eventBus/eventBus.js';
import { queries } from '../queries.js';
import { instruments } from '../telemetry/metrics.js';
import { identityOf } from './identity.js';

const PAGE = 100;
/** Of how many subjects events are published at a time. */
const CONCURRENCY = 16;
/** How long a call that has made a change waits for what follows from it; then it is answered, and the outbox does the rest. */
export const PATIENCE_MS = 2_000;

/** How many publications a bus has left unanswered for longer than that. Nobody waits for another one meanwhile. */
const overdue = new WeakMap<EventBus, number>();

/** What publishing takes. */
export type OutboxPorts = Pick<ControlPlane, 'store' | 'bus' | 'log'>;

export function outboxWrite(event: TrainyardEvent): Write {
  return { kind: 'set', path: paths.outboxEvent(event.id), data: { ...event } };
}

/**
 * Publishes events just committed. A failure is logged and left to the relay, and a bus that does not answer is waited for no longer
 * than `PATIENCE_MS`, or not at all where it owes answers already: the change itself has happened.
 */
export async function publishCommitted(cp: OutboxPorts, events: readonly TrainyardEvent[]): Promise<void> {
  const [first] = events;
  if (!first) return;
  const stay = (error: unknown) => {
    const fields = { ...identityOf(first.data), event: first.id, count: events.length };
    cp.log('WARNING', 'events stay in the outbox', { ...fields, error });
  };
  const wasSilent = isSilent(cp.bus);
  const published = publishPatiently(cp, events, stay).catch(stay);
  if (!wasSilent) await published;
}

/** Fails where the bus has not answered in time; it may still take the events, or fail, which `onLateError` is told. */
async function publishPatiently(
  cp: Pick<OutboxPorts, 'store' | 'bus'>,
  events: readonly TrainyardEvent[],
  onLateError: (error: unknown) => void,
): Promise<void> {
  const { bus } = cp;
  const count = (more: number) => overdue.set(bus, (overdue.get(bus) ?? 0) + more);
  const work = publish(cp, events);
  if (await endsWithin(PATIENCE_MS, work, onLateError)) return;
  count(1);
  // Its failure is told elsewhere.
  void work.catch(() => undefined).finally(() => count(-1));
  throw new BusSilentError();
}

function isSilent(bus: EventBus): boolean {
  return (overdue.get(bus) ?? 0) > 0;
}

class BusSilentError extends Error {
  override readonly name = 'BusSilentError';
  constructor() {
    super(`the bus has not answered within ${PATIENCE_MS / 1000} s`);
  }
}

/**
 * Publishes what has been in the outbox for at least `settleSeconds`; returns how many events. What is no event stays there, for
 * somebody to look at, and is passed over. Stops soon after the first event that the bus does not take, or takes too long with, and
 * publishes nothing while the bus owes answers: what it is asked for may be on its way.
 */
export async function relayOutbox(cp: OutboxPorts & Pick<ControlPlane, 'config' | 'now'>): Promise<number> {
  if (isSilent(cp.bus)) throw new BusSilentError();
  const settled = new Date(cp.now().getTime() - cp.config.settleSeconds * 1000).toISOString();
  const late = (error: unknown) =>
    cp.log('WARNING', 'the bus has refused an event that was relayed', { error });
  let [relayed, last]: [number, StoredDocument | undefined] = [0, undefined];
  for (;;) {
    const page: StoredDocument[] = await cp.store.query(
      queries.outbox(settled, { startAfter: last, limit: PAGE }),
    );
    await inParallel(bySubject(eventsOf(cp, page)), CONCURRENCY, async (events) => {
      await publishPatiently(cp, events, late);
      relayed += events.length;
      for (const { type } of events) instruments().eventsRelayed.add(1, { type });
    });
    if (page.length < PAGE) return relayed;
    last = page.at(-1);
  }
}

function eventsOf(cp: Pick<OutboxPorts, 'log'>, page: readonly StoredDocument[]): TrainyardEvent[] {
  return page.flatMap(({ path, data }) => {
    const event = eventSchema.safeParse(data);
    if (event.success) return event.data;
    cp.log('ERROR', 'an entry of the outbox is no event and stays there', { path, error: event.error });
    return [];
  });
}

/** The events of one subject keep their order. */
function bySubject(events: readonly TrainyardEvent[]): TrainyardEvent[][] {
  const groups = new Map<string, TrainyardEvent[]>();
  for (const event of events) {
    const { path } = subjectOf(event.data);
    const earlier = groups.get(path);
    if (earlier) earlier.push(event);
    else groups.set(path, [event]);
  }
  return [...groups.values()];
}

/** Hands events of one subject to the bus, in their order, and takes those that it has out of the outbox. Fails when one is left. */
async function publish(
  cp: Pick<OutboxPorts, 'store' | 'bus'>,
  events: readonly TrainyardEvent[],
): Promise<void> {
  const ends = await Promise.allSettled(events.map((event) => cp.bus.publish(event)));
  const taken = events.filter((_, i) => ends[i]?.status === 'fulfilled');
  for (const { type } of taken) instruments().eventsPublished.add(1, { type });
  if (taken.length > 0)
    await cp.store.optimistic(async (tx) => {
      for (const { id } of taken) tx.delete(paths.outboxEvent(id));
    });
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}
