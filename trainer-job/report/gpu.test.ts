import { expect, test, vi } from 'vitest';
import { gpuSampler, parseGpuUse } from './gpu.js';

test('several GPUs are told as one: the mean of their use, the sum of their memory', () => {
  expect(parseGpuUse('80, 1000, 15360\n61, 2000, 15360\n')).toEqual({
    gpuPercent: 71,
    gpuMemoryMb: 3000,
    gpuMemoryTotalMb: 30_720,
  });
});

test('a GPU that does not tell its use is left out, and without any there is nothing to tell', () => {
  expect(parseGpuUse('[N/A], 1000, 8000\n50, 2000, 8000\n')).toEqual({
    gpuPercent: 50,
    gpuMemoryMb: 2000,
    gpuMemoryTotalMb: 8000,
  });
  expect(parseGpuUse('No devices were found\n')).toBeNull();
});

test('the newest sample is returned, and a machine without the tool is asked once', () => {
  vi.useFakeTimers();
  try {
    const answers = ['10, 100, 800', '20, 200, 800'];
    const sampled = gpuSampler((onOutput) => onOutput(answers.shift() ?? null), 1000);
    expect(sampled()).toEqual({ gpuPercent: 10, gpuMemoryMb: 100, gpuMemoryTotalMb: 800 });
    vi.advanceTimersByTime(1000);
    expect(sampled()).toEqual({ gpuPercent: 20, gpuMemoryMb: 200, gpuMemoryTotalMb: 800 });
    const missing = vi.fn<(onOutput: (output: string | null) => void) => void>((onOutput) => onOutput(null));
    expect(gpuSampler(missing, 1000)()).toBeNull();
    vi.advanceTimersByTime(10_000);
    expect(missing.mock.calls.length).toBeLessThanOrEqual(2);
  } finally {
    vi.useRealTimers();
  }
});
