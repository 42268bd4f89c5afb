import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_DELIVERIES, type RunEvent } from '@trainyard/shared';
import type { EventBus } from '../../functions/ports/eventBus/eventBus.js';
import { until } from '../support/until.js';

export interface EventBusHarness {
  /** A bus on a place of its own, the same place each time within one test. */
  open(place: string): Promise<EventBus>;
  /** How long the bus may take from a first delivery to the dead letters. */
  patienceMs: number;
}

let events = 0;

function event(): RunEvent {
  return {
    specversion: '1.0',
    id: `event-${++events}`,
    source: '//trainyard',
    type: 'run.requested',
    subject: 'runs/abcdefghijklmnopqrst',
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    data: {
      runId: 'abcdefghijklmnopqrst',
      modelId: 'demo',
      runNumber: 1,
      attempt: 1,
      status: 'pending',
      detail: { ä: 1 },
    },
  };
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

    it('delivers every event to every subscription, as it was published', async () => {
      const bus = await open();
      const got: Record<string, RunEvent[]> = { first: [], second: [] };
      for (const [subscription, list] of Object.entries(got)) {
        await bus.subscribe(`sub-${subscription}`, async (delivered) => void list.push(delivered));
      }
      const published = [event(), event(), event()];
      for (const one of published) await bus.publish(one);
      for (const list of Object.values(got)) {
        await until('all events', () => list.length >= 3);
        expect(list.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual(
          published.toSorted((a, b) => a.id.localeCompare(b.id)),
        );
      }
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
      const subscription = await bus.subscribe(
        'sub-slow',
        () => new Promise<void>((resolve) => (finish = resolve)),
      );
      await bus.publish(event());
      const end = await until('a delivery', () => finish);
      let closed = false;
      const closing = subscription.close().then(() => (closed = true));
      await new Promise((resolve) => setImmediate(resolve));
      expect(closed).toBe(false);
      end();
      await closing;
    });
  });
}
