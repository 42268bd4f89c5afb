import { describe, expect, it } from 'vitest';
import { sharedTurn } from './sharedTurn.js';

describe('work that is shared by those who wait for it', () => {
  it('begins after each of them has asked, and is done once for all', async () => {
    const owner = {};
    const finish: (() => void)[] = [];
    let begun = 0;
    const work = async () => {
      const number = ++begun;
      await new Promise<void>((resolve) => finish.push(resolve));
      return number;
    };
    const first = sharedTurn(owner, 'key', work);
    await Promise.resolve();
    expect(begun).toBe(1);
    const later = [sharedTurn(owner, 'key', work), sharedTurn(owner, 'key', work)];
    finish[0]?.();
    expect(await first).toBe(1);
    await expect.poll(() => finish.length).toBe(2);
    finish[1]?.();
    expect(await Promise.all(later)).toEqual([2, 2]);
  });

  it('fails for all who share it, and for nobody after', async () => {
    const owner = {};
    const failing = () => Promise.reject(new Error('gone'));
    const both = [sharedTurn(owner, 'key', failing), sharedTurn(owner, 'key', failing)];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await sharedTurn(owner, 'key', async () => 'well')).toBe('well');
  });

  it('is kept apart by its owner', async () => {
    const answers = ['one', 'other'].map((answer) => sharedTurn({}, 'key', async () => answer));
    expect(await Promise.all(answers)).toEqual(['one', 'other']);
  });
});
