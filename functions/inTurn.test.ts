import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { START, testControlPlane } from '../test/support/controlPlane.js';
import { newRun } from '../test/support/newRun.js';
import { inTurn } from './inTurn.js';
import { recordLifecycle } from './runs/lifecycle.js';

function clockAt(instant: Date) {
  vi.useFakeTimers({ toFake: ['Date'], now: instant });
  onTestFinished(() => void vi.useRealTimers());
}

describe('work that waits for its turn', () => {
  it('is told when it was asked for, however long those before it took', async () => {
    clockAt(START);
    let finish: () => void = () => undefined;
    const first = inTurn('one key', () => new Promise<void>((resolve) => (finish = resolve)));
    const second = inTurn('one key', async (askedAt) => askedAt);
    await Promise.resolve();
    vi.setSystemTime(START.getTime() + 4_000);
    const third = inTurn('one key', async (askedAt) => askedAt);
    finish();
    await first;
    expect([await second, await third]).toEqual([START.getTime(), START.getTime() + 4_000]);
  });

  it('counts its time in the queue with the store, of changes of one run', async () => {
    const cp = await testControlPlane();
    const run = newRun(START);
    await cp.put(run);
    clockAt(START);
    const asked: (number | undefined)[] = [];
    const optimistic = cp.store.optimistic.bind(cp.store);
    cp.store.optimistic = (work, askedAt) => {
      asked.push(askedAt);
      // The first one keeps the others waiting for four seconds.
      if (asked.length === 1) vi.setSystemTime(START.getTime() + 4_000);
      return optimistic(work, askedAt);
    };
    await Promise.all(Array.from({ length: 3 }, () => recordLifecycle(cp, run.runId, () => undefined)));
    expect(asked).toEqual([START, START, START].map((instant) => instant.getTime()));
  });
});
