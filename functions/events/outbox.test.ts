import { paths, type TrainyardEvent } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { eventOfKind, SUBJECT_KINDS } from '../../test/contracts/events.js';
import { testControlPlane, type TestControlPlane } from '../../test/support/controlPlane.js';
import { recordLifecycle } from '../runs/lifecycle.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { identityOf } from './identity.js';
import { outboxWrite, publishCommitted, relayOutbox } from './outbox.js';
import { reconcile } from '../runs/reconcile.js';

const waiting = (cp: TestControlPlane) =>
  Object.keys(cp.documents()).filter((path) => path.startsWith('outbox/'));

async function put(cp: TestControlPlane, events: readonly TrainyardEvent[]): Promise<void> {
  await cp.store.transaction(async (tx) => {
    makeWrites(tx, events.map(outboxWrite));
  });
}

describe('an event', () => {
  it.each(SUBJECT_KINDS)('of a %s goes through the outbox to the bus as it was put in', async (kind) => {
    const cp = await testControlPlane();
    const events = [eventOfKind[kind](), eventOfKind[kind]()];
    await put(cp, events);
    await publishCommitted(cp, events.slice(0, 1));
    cp.pass(10);
    expect(await relayOutbox(cp)).toBe(1);
    expect(cp.bus.published).toEqual(events);
    expect(waiting(cp)).toEqual([]);
  });

  it.each(SUBJECT_KINDS)(
    'of a %s that the bus does not take stays, and the log says of what',
    async (kind) => {
      const cp = await testControlPlane();
      const event = eventOfKind[kind]();
      await put(cp, [event]);
      cp.bus.failNext();
      await publishCommitted(cp, [event]);
      expect(waiting(cp)).toEqual([`outbox/${event.id}`]);
      expect(cp.logged).toMatchObject([
        {
          severity: 'WARNING',
          message: 'events stay in the outbox',
          fields: { event: event.id, ...identityOf(event.data) },
        },
      ]);
    },
  );

  it('whose bus fails once is published later, and the outbox is empty', async () => {
    const cp = await testControlPlane();
    cp.bus.failNext();
    const { runId } = await cp.request();
    expect(waiting(cp)).toHaveLength(1);
    expect(cp.bus.published).toEqual([]);
    // It may just be on its way: too young to be taken for left behind.
    cp.pass(4);
    expect(await relayOutbox(cp)).toBe(0);
    cp.pass(1);
    expect(await relayOutbox(cp)).toBe(1);
    expect(cp.bus.published).toMatchObject([{ type: 'run.requested', data: { runId } }]);
    expect(waiting(cp)).toEqual([]);
    expect(await relayOutbox(cp)).toBe(0);
  });

  it('that was published without being ticked off is published again, with the same id', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    const [event] = cp.bus.published;
    await cp.store.transaction(async (tx) => tx.set(paths.outboxEvent(event!.id), { ...event }));
    cp.pass(5);
    expect(await relayOutbox(cp)).toBe(1);
    expect(cp.bus.published.map(({ id }) => id)).toEqual([`${runId}.start.run.requested`, event!.id]);
    expect(waiting(cp)).toEqual([]);
  });

  it('is not written when its change is not', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    cp.store.failNextCommits();
    const cancelled = recordLifecycle(cp, runId, () => ({ type: 'cancelRequested' }));
    await expect(cancelled).rejects.toThrow('the store is gone');
    expect(waiting(cp)).toEqual([]);
    expect(cp.bus.published).toHaveLength(1);
    expect((await cp.run(runId)).status).toBe('pending');
  });
});

describe('the relay', () => {
  it('publishes more than a page, oldest first', async () => {
    const cp = await testControlPlane();
    cp.bus.failNext(250);
    for (let i = 0; i < 250; i++) {
      await cp.request();
      cp.pass(0.01);
    }
    cp.pass(10);
    expect(await relayOutbox(cp)).toBe(250);
    expect(cp.bus.published.map(({ data }) => data)).toMatchObject(
      Array.from({ length: 250 }, (_, i) => ({ runNumber: i + 1 })),
    );
    expect(waiting(cp)).toEqual([]);
  });

  it('passes over what is no event and says so, once in each round', async () => {
    const cp = await testControlPlane();
    await cp.store.transaction(async (tx) => {
      for (let i = 0; i < 100; i++)
        tx.set(paths.outboxEvent(`broken-${i}`), { time: '2025-01-01T00:00:00.000Z', type: 'nonsense' });
    });
    cp.bus.failNext();
    await cp.request();
    cp.pass(10);
    expect(await relayOutbox(cp)).toBe(1);
    expect(cp.bus.published).toHaveLength(1);
    expect(waiting(cp)).toHaveLength(100);
    const errors = cp.logged.filter(({ severity }) => severity === 'ERROR');
    expect(errors).toHaveLength(100);
    expect(errors[0]?.message).toBe('an entry of the outbox is no event and stays there');
  });

  it('that meets a bus that is gone does not keep the runs from being looked at', async () => {
    const cp = await testControlPlane();
    cp.bus.failNext(100);
    const { runId } = await cp.request();
    cp.pass(10);
    const reconciled = await reconcile(cp);
    expect(reconciled).toEqual({ relayed: 0, runs: 1, failed: 1 });
    expect((await cp.run(runId)).status).toBe('provisioning');
    expect(cp.logged).toContainEqual({
      severity: 'ERROR',
      message: 'the outbox could not be relayed',
      fields: { error: new Error('the bus is gone') },
    });
    cp.bus.failNext(0);
    cp.pass(10);
    expect(await reconcile(cp)).toEqual({ relayed: 2, runs: 1, failed: 0 });
    expect(waiting(cp)).toEqual([]);
  });
});
