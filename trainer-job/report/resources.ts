import type { CallbackBody } from '@trainyard/shared';
import type { GpuUse } from './gpu.js';

export type Resources = NonNullable<CallbackBody<'heartbeat'>['resources']>;

/** Samples this process: resident memory in MB, processor use since the last sample in percent of one core, and the GPUs. */
export function resourceSampler(
  gpu: () => GpuUse | null,
  clock = {
    cpu: () => process.cpuUsage(),
    now: () => performance.now(),
    rss: () => process.memoryUsage.rss(),
  },
): () => Resources {
  let last = { cpu: clock.cpu(), at: clock.now() };
  return () => {
    const next = { cpu: clock.cpu(), at: clock.now() };
    const cpuMs = (next.cpu.user - last.cpu.user + next.cpu.system - last.cpu.system) / 1000;
    const wallMs = next.at - last.at;
    last = next;
    return {
      rssMb: Math.round(clock.rss() / 1_048_576),
      cpuPercent: wallMs > 0 ? Math.round((100 * cpuMs) / wallMs) : 0,
      ...(gpu() ?? { gpuPercent: null, gpuMemoryMb: null, gpuMemoryTotalMb: null }),
    };
  };
}
