import { paths } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { takeOut } from './takeOut.js';

const ids = Array.from({ length: 900 }, (_, i) => `event-${i}`);

/** A store whose transactions wait for `begin`, with 900 events in its outbox. */
async function opened() {
  const cp = await testControlPlane();
  await cp.store.transaction(async (tx) => {
    for (const id of ids) tx.set(paths.outboxEvent(id), { id });
  });
  let [begin, fail] = [(): void => undefined, (_reason: Error): void => undefined];
  const waiting = new Promise<void>((resolve, reject) => {
    [begin, fail] = [resolve, reject];
  });
  let commits = 0;
  const store: Parameters<typeof takeOut>[0] = {
    async optimistic(work) {
      await waiting;
      commits++;
      return cp.store.optimistic(work);
    },
  };
  return { cp, store, begin, fail, commits: () => commits };
}

describe('published events', () => {
  it('leave the outbox in few commits where they wait for the store, and all of them leave it', async () => {
    const { cp, store, begin, commits } = await opened();
    const taken = ids.map((id) => takeOut(store, [id]));
    begin();
    await Promise.all(taken);
    expect(cp.documents()).toEqual({});
    expect(commits()).toBe(3);
  });

  it('leave it each by itself where none waits', async () => {
    const { cp, store, begin, commits } = await opened();
    begin();
    for (const id of ids.slice(0, 10)) await takeOut(store, [id]);
    expect(Object.keys(cp.documents())).toHaveLength(890);
    expect(commits()).toBe(10);
  });

  it('stay where the commit fails, and each who asked is told', async () => {
    const { cp, store, fail } = await opened();
    const taken = ids.slice(0, 5).map((id) => takeOut(store, [id]));
    fail(new Error('away'));
    for (const one of taken) await expect(one).rejects.toThrow('away');
    expect(Object.keys(cp.documents())).toHaveLength(900);
  });
});
