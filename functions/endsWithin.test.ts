import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endsWithin } from './endsWithin.js';

describe('endsWithin', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is true of work that ends in time, and leaves no clock behind', async () => {
    await expect(endsWithin(1000, Promise.resolve('done'), unexpected)).resolves.toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails as work does that fails in time, and leaves no clock behind', async () => {
    await expect(endsWithin(1000, Promise.reject(new Error('refused')), unexpected)).rejects.toThrow(
      'refused',
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is false of work that takes longer, whose later error is given to whoever asked', async () => {
    let fail: (error: Error) => void = () => undefined;
    const late: unknown[] = [];
    const ended = endsWithin(1000, new Promise((_, reject) => (fail = reject)), (error) => late.push(error));
    await vi.advanceTimersByTimeAsync(999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await expect(ended).resolves.toBe(false);
    fail(new Error('too late'));
    await vi.advanceTimersByTimeAsync(0);
    expect(late).toEqual([new Error('too late')]);
  });
});

function unexpected(error: unknown): never {
  throw error;
}
