import { execFile } from 'node:child_process';

/** All GPUs of the machine together: mean use in percent, memory that is used and that they have in MB. */
export interface GpuUse {
  gpuPercent: number;
  gpuMemoryMb: number;
  gpuMemoryTotalMb: number;
}

const QUERY = ['--query-gpu=utilization.gpu,memory.used,memory.total', '--format=csv,noheader,nounits'];
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

const NUMBER = String.raw`\s*(\d+(?:\.\d+)?)\s*`;
const LINE = new RegExp(`^${NUMBER},${NUMBER},${NUMBER}$`);

/** One line a GPU: `83, 14210, 15360`. Null when no line holds three numbers; a GPU that does not tell its use (`[N/A]`) is left out. */
export function parseGpuUse(output: string): GpuUse | null {
  const gpus = output
    .split('\n')
    .map((line) => LINE.exec(line))
    .flatMap((match) =>
      match ? [{ percent: Number(match[1]), used: Number(match[2]), memory: Number(match[3]) }] : [],
    );
  if (gpus.length === 0) return null;
  const total = (of: (gpu: (typeof gpus)[number]) => number) => gpus.reduce((sum, gpu) => sum + of(gpu), 0);
  return {
    gpuPercent: Math.min(100, Math.round(total((gpu) => gpu.percent) / gpus.length)),
    gpuMemoryMb: Math.round(total((gpu) => gpu.used)),
    gpuMemoryTotalMb: Math.round(total((gpu) => gpu.memory)),
  };
}

function queryGpus(onOutput: (output: string | null) => void): void {
  const child = execFile('nvidia-smi', QUERY, { timeout: TIMEOUT_MS }, (error, output) =>
    onOutput(error ? null : output),
  );
  child.unref();
}
