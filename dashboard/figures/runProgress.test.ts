import { describe, expect, it } from 'vitest';
import { runPlace, runProgress, trainingSecondsLeft } from './runProgress.js';

const progress = { fraction: 0.25, step: null, totalSteps: null, examplesPerSecond: null };
const running = {
  status: 'running',
  currentStage: 'train',
  currentEpoch: 5,
  totalEpochs: 20,
  progress,
} as const;

describe('the progress of a run', () => {
  it('is nothing before its first stage and all after its end', () => {
    expect(runProgress({ ...running, status: 'pending', currentStage: null, progress: null })).toBe(0);
    expect(runProgress({ ...running, status: 'failed' })).toBe(1);
  });

  it('counts its stages alike, and the current one by what is done of it', () => {
    expect(runProgress({ ...running, currentStage: 'validate', progress: null })).toBeCloseTo(1 / 6, 10);
    expect(runProgress(running)).toBeCloseTo(3.25 / 6, 10);
  });

  it('is told in words while it goes on', () => {
    expect(runPlace(running)).toBe('train, epoch 6 of 20');
    expect(runPlace({ ...running, currentEpoch: 20 })).toBe('train, epoch 20 of 20');
    expect(runPlace({ ...running, currentStage: 'evaluate' })).toBe('evaluate');
    expect(runPlace({ ...running, status: 'completed' })).toBe('');
  });
});

describe('the training that is left', () => {
  const at = '2026-11-20T19:00:00.000Z';
  const now = Date.parse(at);
  const epochs = [100, 10, 10, 10, 10, 10].map((seconds) => ({ seconds, at }));

  it('is as long for each epoch as the newest ones were, less what has passed of the one under way', () => {
    expect(trainingSecondsLeft(running, epochs, now)).toBe(150);
    expect(trainingSecondsLeft(running, epochs, now + 4000)).toBe(146);
    // One that takes longer than those before it has no time left, and those after it still have theirs.
    expect(trainingSecondsLeft(running, epochs, now + 60_000)).toBe(140);
    expect(trainingSecondsLeft({ ...running, currentEpoch: 20 }, epochs, now)).toBe(0);
  });

  it('is not known before the first epoch, nor outside of training', () => {
    expect(trainingSecondsLeft(running, [], now)).toBeUndefined();
    expect(trainingSecondsLeft({ ...running, currentStage: 'evaluate' }, epochs, now)).toBeUndefined();
    expect(trainingSecondsLeft({ ...running, status: 'completed' }, epochs, now)).toBeUndefined();
  });
});
