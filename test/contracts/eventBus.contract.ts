import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_DELIVERIES, type TrainyardEvent } from '@trainyard/shared';
import type { EventBus } from '../../functions/ports/eventBus/eventBus.js';
import { until } from '../support/until.js';
import { event, eventOfKind, SUBJECT_KINDS } from './events.js';

export interface EventBusHarness {
  /** A bus on a place of its own, the same place each time within one test. */
  open(place: string): Promise<EventBus>;
  /** How long the bus may take from a first delivery to the dead letters. */
  patienceMs: number;
}

/** What every event bus promises. */
export function describeEventBus(name: string, harness: EventBusHarness): void {
  describe(`${name} as an event bus`, () => {
    let place: string;
    let places = 0;
    const buses: EventBus[] = [];
    const open = async () => {
      const bus = await harness.open(place);
      buses.push(bus);
      return bus;
    };
    beforeEach(() => {
      place = `place-${process.pid}-${++places}`;
    });
    afterEach(async () => {
      for (const bus of buses.splice(0)) await bus.close();
    });

    it('delivers every event, whatever kind its subject is, to every subscription, as it was published', async () => {
      const bus = await open();
      const got: Record<string, TrainyardEvent[]> = { first: [], second: [] };
      for (const [subscription, list] of Object.entries(got)) {
        await bus.subscribe(`sub-${subscription}`, async (delivered) => void list.push(delivered));
      }
      const published = SUBJECT_KINDS.map((kind) => eventOfKind[kind]());
      for (const one of published) await bus.publish(one);
      for (const list of Object.values(got)) {
        await until('all events', () => list.length >= published.length);
        expect(list.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual(
          published.toSorted((a, b) => a.id.localeCompare(b.id)),
        );
      }
    });

    it('delivers events of the types that a subscription is for, and no others', async () => {
      const bus = await open();
      const got: TrainyardEvent['type'][] = [];
      const releases: TrainyardEvent['type'][] = [];
      const all: string[] = [];
      await bus.subscribe('sub-ends', async ({ type }) => void got.push(type), [
        'run.completed',
        'run.failed',
      ]);
      await bus.subscribe('sub-all', async ({ id }) => void all.push(id));
      const types = ['run.started', 'run.completed', 'run.epoch.completed', 'run.failed'] as const;
      const [model, release] = [eventOfKind.model(), eventOfKind.release()];
      await bus.subscribe('sub-releases', async ({ type }) => void releases.push(type), [release.type]);
      for (const type of types) await bus.publish({ ...event(), type });
      for (const other of [model, release]) await bus.publish(other);
      await until('all events', () => all.length === types.length + 2, harness.patienceMs);
      await until('both ends', () => got.length === 2, harness.patienceMs);
      await until('the release', () => releases.length === 1, harness.patienceMs);
      expect(got.toSorted()).toEqual(['run.completed', 'run.failed']);
      expect(releases).toEqual([release.type]);
    });

    it('delivers again what a handler failed on, and then no more', async () => {
      const bus = await open();
      let tries = 0;
      await bus.subscribe('sub-again', async () => {
        if (++tries < 3) throw new Error('not yet');
      });
      await bus.publish(event());
      await until('the third delivery', () => tries === 3, harness.patienceMs);
      expect(await bus.deadLetters()).toEqual([]);
    }, 60_000);

    it('buries what fails every time, and goes on with the rest', async () => {
      const bus = await open();
      const [bad, good] = [event(), event()];
      const tries: string[] = [];
      await bus.subscribe('sub-burial', async ({ id }) => {
        tries.push(id);
        if (id === bad.id) throw new Error('never');
      });
      await bus.publish(bad);
      await bus.publish(good);
      await until('the good event', () => tries.includes(good.id));
      const dead = await until(
        'the dead letter',
        async () => {
          const letters = await bus.deadLetters();
          return letters.length > 0 && letters;
        },
        harness.patienceMs,
      );
      expect(dead).toEqual([{ subscription: 'sub-burial', event: bad }]);
      expect(tries.filter((id) => id === bad.id)).toHaveLength(MAX_DELIVERIES);
    }, 120_000);

    it('keeps for the next subscriber what came while nobody listened', async () => {
      const bus = await open();
      const subscription = await bus.subscribe('sub-later', async () => {});
      await subscription.close();
      const missed = event();
      await bus.publish(missed);
      const got: string[] = [];
      await bus.subscribe('sub-later', async ({ id }) => void got.push(id));
      await until('the missed event', () => got.includes(missed.id), harness.patienceMs);
    }, 60_000);

    it('waits for handlers under way when a subscription closes', async () => {
      const bus = await open();
      let finish: (() => void) | undefined;
      const begun: string[] = [];
      const subscription = await bus.subscribe('sub-slow', ({ id }) => {
        begun.push(id);
        return new Promise<void>((resolve) => (finish = resolve));
      });
      const [taken, late] = [event(), event()];
      await bus.publish(taken);
      const end = await until('a delivery', () => finish);
      let closed = false;
      const closing = subscription.close().then(() => (closed = true));
      await bus.publish(late);
      expect(closed).toBe(false);
      end();
      await closing;
      expect(begun).toEqual([taken.id]);
    });

    it('continues after the bus itself was closed and opened again, and repeats nothing that was handled', async () => {
      const first = await open();
      const handled: string[] = [];
      await first.subscribe('sub-restart', async ({ id }) => void handled.push(id));
      const before = event();
      await first.publish(before);
      await until('the first event', () => handled.includes(before.id), harness.patienceMs);
      await first.close();
      buses.length = 0;

      const next = await open();
      const between = event();
      await next.publish(between);
      await next.subscribe('sub-restart', async ({ id }) => void handled.push(id));
      await until('the next event', () => handled.includes(between.id), harness.patienceMs);
      expect(handled).toEqual([before.id, between.id]);
    }, 60_000);

    it('holds up no event behind a slow handler', async () => {
      const bus = await open();
      const slow = event();
      const done: string[] = [];
      let finish: (() => void) | undefined;
      await bus.subscribe('sub-parallel', async ({ id }) => {
        if (id === slow.id) await new Promise<void>((resolve) => (finish = resolve));
        done.push(id);
      });
      await bus.publish(slow);
      const others = [event(), event(), event()];
      for (const other of others) await bus.publish(other);
      await until('the others', () => others.every(({ id }) => done.includes(id)), harness.patienceMs);
      const end = await until('the slow delivery', () => finish);
      expect(done).not.toContain(slow.id);
      end();
      await until('the slow one', () => done.includes(slow.id));
    }, 60_000);

    it('closes while a subscription closes, after the handlers of both', async () => {
      const bus = await open();
      let finish: (() => void) | undefined;
      let done = false;
      const subscription = await bus.subscribe('sub-closing', async () => {
        await new Promise<void>((resolve) => (finish = resolve));
        done = true;
      });
      await bus.publish(event());
      const end = await until('a delivery', () => finish, harness.patienceMs);
      const closing = Promise.all([subscription.close(), bus.close()]);
      buses.length = 0;
      end();
      await closing;
      expect(done).toBe(true);
      // What was handled before the close was recorded as handled.
      const next = await open();
      const probe = event();
      const got: string[] = [];
      await next.subscribe('sub-closing', async ({ id }) => void got.push(id));
      await next.publish(probe);
      await until('the probe', () => got.includes(probe.id), harness.patienceMs);
      expect(got).toEqual([probe.id]);
    }, 60_000);
  });
}
