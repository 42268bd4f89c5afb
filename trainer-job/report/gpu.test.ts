import { expect, test, vi } from 'vitest';
import { gpuSampler, parseGpuUse } from './gpu.js';

test('several GPUs are told as one: the mean of their use, the sum of their memory', () => {
  expect(parseGpuUse('80, 1000\n61, 2000\n')).toEqual({ gpuPercent: 71, gpuMemoryMb: 3000 });
});

test('a GPU that does not tell its use is left out, and without any there is nothing to tell', () => {
  expect(parseGpuUse('[N/A], 1000\n50, 2000\n')).toEqual({ gpuPercent: 50, gpuMemoryMb: 2000 });
  expect(parseGpuUse('No devices were found\n')).toBeNull();
});

test('the newest sample is returned, and a machine without the tool is asked once', () => {
  vi.useFakeTimers();
  try {
    const answers = ['10, 100', '20, 200'];
    const sampled = gpuSampler((onOutput) => onOutput(answers.shift() ?? null), 1000);
    expect(sampled()).toEqual({ gpuPercent: 10, gpuMemoryMb: 100 });
    vi.advanceTimersByTime(1000);
    expect(sampled()).toEqual({ gpuPercent: 20, gpuMemoryMb: 200 });
    const missing = vi.fn<(onOutput: (output: string | null) => void) => void>((onOutput) => onOutput(null));
    expect(gpuSampler(missing, 1000)()).toBeNull();
    vi.advanceTimersByTime(10_000);
    expect(missing.mock.calls.length).toBeLessThanOrEqual(2);
  } finally {
    vi.useRealTimers();
  }
});
