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
import { takeOut } from './takeOut.js';

const PAGE = 100;
/** Of how many subjects events are published at a time. */
const CONCURRENCY = 16;
/** How long a call that has made a change waits for the bus; then it is answered, and the outbox does the rest. */
const PATIENCE_MS = 1_000;

/** Buses that have left a publication unanswered for as long, and have taken none since: nobody waits for them meanwhile. */
const silent = new WeakSet<EventBus>();

/** What publishing takes. */
export type OutboxPorts = Pick<ControlPlane, 'store' | 'bus' | 'log'>;

export function outboxWrite(event: TrainyardEvent): Write {
  return { kind: 'set', path: paths.outboxEvent(event.id), data: { ...event } };
}

/**
 * Publishes events just committed. A failure is logged and left to the relay. A bus that does not answer is waited for no longer than
 * `PATIENCE_MS`, and not at all until it takes something again: the change itself has happened.
 */
export async function publishCommitted(cp: OutboxPorts, events: readonly TrainyardEvent[]): Promise<void> {
  const [first] = events;
  if (!first) return;
  const stay = (error: unknown) => {
    const fields = { ...identityOf(first.data), event: first.id, count: events.length };
    cp.log('WARNING', 'events stay in the outbox', { ...fields, error });
  };
  const isWaitedFor = !silent.has(cp.bus);
  const published = publishPatiently(cp, events, stay).catch(stay);
  if (isWaitedFor) await published;
}

/** Fails where the events were not taken in time; they still may be, or be refused, which `onLateError` is told. */
async function publishPatiently(
  cp: Pick<OutboxPorts, 'store' | 'bus'>,
  events: readonly TrainyardEvent[],
  onLateError: (error: unknown) => void,
): Promise<void> {
  // What is loaded at the first use of an instance takes a second or two, and is not the bus's fault.
  await cp.bus.ready?.();
  // One clock for the bus and for what follows: every callback of a trainer comes this way.
  const handing = { isOver: false };
  if (await endsWithin(PATIENCE_MS, publish(cp, events, handing), onLateError)) return;
  if (!handing.isOver) silent.add(cp.bus);
  throw new Error(`publishing has taken longer than ${PATIENCE_MS / 1000} s`);
}

/** Publishes one event, and notes that the bus answers. */
async function hand(bus: EventBus, event: TrainyardEvent): Promise<void> {
  await bus.publish(event);
  silent.delete(bus);
}

/**
 * Publishes what has been in the outbox for at least `settleSeconds`; returns how many events. What is no event stays there, for
 * somebody to look at, and is passed over. Stops soon after the first event that the bus does not take, or takes too long with.
 */
export async function relayOutbox(cp: OutboxPorts & Pick<ControlPlane, 'config' | 'now'>): Promise<number> {
  const settled = new Date(cp.now().getTime() - cp.config.settleSeconds * 1000).toISOString();
  const late = (error: unknown) =>
    cp.log('WARNING', 'the bus has refused an event that was relayed', { error });
  let [relayed, last]: [number, StoredDocument | undefined] = [0, undefined];
  for (;;) {
    const page: StoredDocument[] = await cp.store.query(
      queries.outbox(settled, { startAfter: last, limit: PAGE }),
    );
    // One event finds out whether a silent bus is back.
    const concurrency = silent.has(cp.bus) ? 1 : CONCURRENCY;
    await inParallel(bySubject(eventsOf(cp, page)), concurrency, async (events) => {
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

/**
 * Hands events of one subject to the bus, in their order, and takes those that it has out of the outbox. Fails when one is left.
 * `handing` is told once the bus has answered for all of them.
 */
async function publish(
  { store, bus }: Pick<OutboxPorts, 'store' | 'bus'>,
  events: readonly TrainyardEvent[],
  handing: { isOver: boolean },
): Promise<void> {
  const ends = await Promise.allSettled(events.map((event) => hand(bus, event)));
  handing.isOver = true;
  const taken = events.filter((_, i) => ends[i]?.status === 'fulfilled');
  for (const { type } of taken) instruments().eventsPublished.add(1, { type });
  if (taken.length > 0)
    await takeOut(
      store,
      taken.map(({ id }) => id),
    );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}
