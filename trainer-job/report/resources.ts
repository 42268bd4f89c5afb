import type { CallbackBody } from '@trainyard/shared';

export type Resources = NonNullable<CallbackBody<'heartbeat'>['resources']>;

/** Samples this process: resident memory in MB, and processor use since the last sample in percent of one core. */
export function resourceSampler(
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
    };
  };
}
