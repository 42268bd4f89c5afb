import { describe, expect, it } from 'vitest';
import { runPlace, runProgress } from './runProgress.js';

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
