import { z } from 'zod';
import { described } from '../described.js';
import type { Machine } from './machine.js';

/** What a job was given, as the platforms name it. */
export const computeConfigSchema = described(
  z.strictObject({
    gpuType: described(z.string().max(63).nullable(), 'The kind of GPU; null without one.', 'nvidia-l4'),
    gpuCount: described(z.int().min(0), 'The number of GPUs.', 1),
    preemptible: described(
      z.boolean(),
      'Whether the machine may be taken back when somebody else pays the full price.',
    ),
    machineType: described(
      z.string().max(63).nullable(),
      'The machine type of Compute Engine; on Cloud Run, the processors and the memory asked for; null on a machine of your own.',
      'g2-standard-8',
    ),
  }),
  'What the newest job of the run was given; null before the first.',
);
export type ComputeConfig = z.infer<typeof computeConfigSchema>;

/** `null`, as of one's own machine, has nothing to tell. */
export function computeConfigOf(machine: Machine | null): ComputeConfig {
  if (machine === null) return { gpuType: null, gpuCount: 0, preemptible: false, machineType: null };
  const { accelerator, spot, machineType, cpu, memoryGb } = machine;
  return {
    gpuType: accelerator?.type ?? null,
    gpuCount: accelerator?.count ?? 0,
    preemptible: spot,
    machineType: machineType ?? `${cpu} vCPU, ${memoryGb} GB`,
  };
}
