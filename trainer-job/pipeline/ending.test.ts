import type { RunResult } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import type { Delivery } from '../report/callbackSender.js';
import type { Reporter } from '../report/reporter.js';
import { conclude, type Ending } from './ending.js';

function recorder(delivery: Delivery): { reporter: Reporter; said: unknown[] } {
  const said: unknown[] = [];
  const reporter: Reporter = {
    stageStarted: () => {},
    stageCompleted: () => {},
    epochCompleted: () => {},
    progress: () => {},
    log: () => {},
    onStop: () => {},
    checkpointed: (checkpoint) => said.push(checkpoint),
    failed: (error, retriable) => said.push({ code: error.code, retriable }),
    completed: () => said.push('completed'),
    end: async () => delivery,
  };
  return { reporter, said };
}

const result: RunResult = {
  metrics: {},
  baselines: {},
  artifacts: {},
  epochsTrained: 1,
  bestEpoch: 1,
  earlyStoppedAtEpoch: null,
  backend: 'wasm',
  examplesPerSecond: 1,
};
const checkpoint = { uri: 'file:///c/e0003', epoch: 3 };
const error = { code: 'x', message: 'x', stage: null, remedy: null };
const completed: Ending = { kind: 'completed', result, primaryMetric: null };
const stoppedFor = (reason: 'stopped' | 'preempted' | 'timeLimit'): Ending => ({
  kind: 'stopped',
  reason,
  checkpoint,
});

describe('the end of a trainer', () => {
  it.each<[string, Ending, Delivery, number, unknown]>([
    ['completed and heard', completed, 'acknowledged', 0, 'completed'],
    ['completed and unheard', completed, 'pending', 75, 'completed'],
    ['completed and rejected', completed, 'rejected', 75, 'completed'],
    [
      'stopped',
      stoppedFor('stopped'),
      'acknowledged',
      143,
      { ...checkpoint, final: true, reason: 'stopped' },
    ],
    [
      'preempted, unheard',
      stoppedFor('preempted'),
      'pending',
      143,
      { ...checkpoint, final: true, reason: 'preempted' },
    ],
    [
      'at the time limit',
      stoppedFor('timeLimit'),
      'acknowledged',
      75,
      { ...checkpoint, final: true, reason: 'timeLimit' },
    ],
    [
      'bad data',
      { kind: 'failed', error, retriable: false },
      'acknowledged',
      2,
      { code: 'x', retriable: false },
    ],
    [
      'anything else',
      { kind: 'failed', error, retriable: true },
      'acknowledged',
      75,
      { code: 'x', retriable: true },
    ],
  ])('%s', async (_name, ending, delivery, exitCode, last) => {
    const { reporter, said } = recorder(delivery);
    expect(await conclude(ending, reporter)).toBe(exitCode);
    expect(said).toEqual([last]);
  });

  it('says so when nothing was saved', async () => {
    const { reporter, said } = recorder('acknowledged');
    await conclude({ kind: 'stopped', reason: 'stopped', checkpoint: null }, reporter);
    expect(said).toEqual([{ uri: null, epoch: 0, final: true, reason: 'stopped' }]);
  });
});
