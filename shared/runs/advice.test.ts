import { describe, expect, it } from 'vitest';
import { newRun } from '../../test/support/newRun.js';
import { adviceOn } from './advice.js';
import type { Run } from './run.js';
import { transition } from '../lifecycle/transition.js';

const NOW = new Date('2026-01-01T00:00:00.000Z');

/** The run after heartbeats of its training, some of them sent twice. */
function heard(percents: readonly (number | null)[], stage: 'train' | 'evaluate' = 'train'): Run {
  let run = newRun(NOW, { status: 'running' });
  percents.forEach((gpuPercent, i) => {
    const progress = { fraction: 0, step: null, totalSteps: null, examplesPerSecond: null };
    const resources = { rssMb: 1, cpuPercent: 1, gpuPercent, gpuMemoryMb: null, gpuMemoryTotalMb: null };
    const body = { attempt: 1, seq: i + 1, sentAt: NOW.toISOString(), stage, progress, resources };
    for (let times = 0; times < 2; times++)
      run = transition(run, { type: 'callback', kind: 'heartbeat', body }, NOW).run;
  });
  return run;
}

describe('the use of GPUs', () => {
  it('is the mean over the heartbeats of the training, each counted once', () => {
    expect(heard([10, 20, 60]).gpuUse).toEqual({ meanPercent: 30, samples: 3 });
    expect(heard([10, 20], 'evaluate').gpuUse).toBeNull();
    expect(heard([null, null]).gpuUse).toBeNull();
  });

  it('when low is met with a larger batch', () => {
    expect(adviceOn(heard([10, 20, 30, 10, 20]))).toEqual([
      expect.stringMatching(/^the GPUs were used 18 % of the time: raise training\.batchSize \(8192; /),
    ]);
    expect(adviceOn(heard([90, 95, 90, 80, 90]))).toEqual([]);
    expect(adviceOn(heard([1, 1]))).toEqual([]);
    expect(adviceOn(heard([]))).toEqual([]);
  });
});
