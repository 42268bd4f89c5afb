import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inParallel } from './inParallel.js';

it('works on every item once, on so many at a time, and on others while one is slow', async () => {
  const done: number[] = [];
  const state = { most: 0, underWay: 0 };
  let finishSlow = () => {};
  const slow = new Promise<void>((resolve) => (finishSlow = resolve));
  await inParallel([0, 1, 2, 3, 4, 5, 6], 3, async (item) => {
    state.most = Math.max(state.most, ++state.underWay);
    if (item === 0) await slow;
    else await setImmediate();
    state.underWay--;
    done.push(item);
    if (done.length === 6) finishSlow();
  });
  expect(done).toEqual([1, 2, 3, 4, 5, 6, 0]);
  expect(state.most).toBe(3);
});

it('fails as the first failure does, after the work under way, and begins nothing more', async () => {
  const done: number[] = [];
  const work = inParallel([1, 2, 3, 4], 2, async (item) => {
    if (item === 1) throw new Error('broken');
    await setImmediate();
    done.push(item);
  });
  await expect(work).rejects.toThrow('broken');
  expect(done).toEqual([2]);
});

it('of nothing does nothing', async () => {
  await expect(inParallel([], 3, () => Promise.reject(new Error('never')))).resolves.toBeUndefined();
});
