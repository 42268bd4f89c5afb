import { describe, expect, it } from 'vitest';
import { StopSignal, timeLimit } from './stopSignal.js';

const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000);

describe('a stop signal', () => {
  it('keeps its first reason', async () => {
    const stop = new StopSignal();
    expect(stop.reason).toBeNull();
    stop.request('timeLimit');
    stop.request('preempted');
    expect(stop.reason).toBe('timeLimit');
    expect(await stop.requested).toBe('timeLimit');
  });

  it('comes by itself at the time limit', async () => {
    const stop = new StopSignal();
    stop.requestAt(at(10), () => at(10));
    expect(await stop.requested).toBe('timeLimit');
  });
});

describe('the time limit', () => {
  it('is the margin before the deadline', () => {
    expect(timeLimit(at(3600), at(0), 60)).toEqual(at(3540));
  });

  it('leaves four fifths of a short time for work', () => {
    expect(timeLimit(at(50), at(0), 60)).toEqual(at(40));
  });

  it('is the deadline when that has passed', () => {
    expect(timeLimit(at(0), at(5), 60)).toEqual(at(0));
  });
});
