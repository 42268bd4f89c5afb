import { execFile } from 'node:child_process';

/** All GPUs of the machine together: mean use in percent, memory in MB. */
export interface GpuUse {
  gpuPercent: number;
  gpuMemoryMb: number;
}

const QUERY = ['--query-gpu=utilization.gpu,memory.used', '--format=csv,noheader,nounits'];
const SAMPLE_MS = 10_000;
/** A driver that hangs is asked again at the next sample. */
const TIMEOUT_MS = 5_000;

/**
 * Asks NVIDIA's own tool every ten seconds, in the background; what it last said is returned. Null where the tool is missing or
 * tells nothing, and then it is not asked again. Keeps no process alive.
 */
export function gpuSampler(run: typeof queryGpus = queryGpus, everyMs = SAMPLE_MS): () => GpuUse | null {
  let latest: GpuUse | null = null;
  const sample = () =>
    run((output) => {
      latest = output === null ? null : parseGpuUse(output);
      if (latest === null) clearInterval(timer);
    });
  const timer = setInterval(sample, everyMs).unref();
  sample();
  return () => latest;
}

/** One line a GPU: `83, 14210`. Null when no line holds two numbers; a GPU that does not tell its use (`[N/A]`) is left out. */
export function parseGpuUse(output: string): GpuUse | null {
  const gpus = output
    .split('\n')
    .map((line) => /^\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*$/.exec(line))
    .flatMap((match) => (match ? [{ percent: Number(match[1]), memory: Number(match[2]) }] : []));
  if (gpus.length === 0) return null;
  const total = (of: (gpu: { percent: number; memory: number }) => number) =>
    gpus.reduce((sum, gpu) => sum + of(gpu), 0);
  return {
    gpuPercent: Math.min(100, Math.round(total((gpu) => gpu.percent) / gpus.length)),
    gpuMemoryMb: Math.round(total((gpu) => gpu.memory)),
  };
}

function queryGpus(onOutput: (output: string | null) => void): void {
  const child = execFile('nvidia-smi', QUERY, { timeout: TIMEOUT_MS }, (error, output) =>
    onOutput(error ? null : output),
  );
  child.unref();
}
