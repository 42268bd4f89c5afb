import type { TierInput } from './tier.js';

/**
 * The GPU machines of Vertex AI, in the order in which one gives way to the next: those with one GPU first, for a training computes
 * on one (docs/decisions/0025-workers.md). The larger ones are for regions and quotas that have nothing else.
 */
const GPU_MACHINES = {
  l4: {
    machineType: 'g2-standard-12',
    cpu: 12,
    memoryGb: 48,
    accelerator: { type: 'nvidia-l4', count: 1 },
  },
  t4: {
    machineType: 'n1-standard-8',
    cpu: 8,
    memoryGb: 30,
    accelerator: { type: 'nvidia-t4', count: 1 },
  },
  t4x4: {
    machineType: 'n1-standard-32',
    cpu: 32,
    memoryGb: 120,
    accelerator: { type: 'nvidia-t4', count: 4 },
  },
  v100x4: {
    machineType: 'n1-standard-16',
    cpu: 16,
    memoryGb: 60,
    accelerator: { type: 'nvidia-v100', count: 4 },
  },
  l4x4: {
    machineType: 'g2-standard-48',
    cpu: 48,
    memoryGb: 192,
    accelerator: { type: 'nvidia-l4', count: 4 },
  },
  t4x2: {
    machineType: 'n1-standard-16',
    cpu: 16,
    memoryGb: 60,
    accelerator: { type: 'nvidia-t4', count: 2 },
  },
} as const;

/**
 * The tiers of a deployment that names none, in one region: first a single L4 on Cloud Run, which starts within seconds and is paid
 * by the second; then the machines of Vertex AI, each as spot before it is paid in full; a machine without GPU at last. A tier may
 * have any region: add one with another name where a region runs dry.
 */
export function defaultTiers(region: string): TierInput[] {
  return [
    {
      name: 'run-l4',
      launcher: 'cloudRunJobs',
      maxWaitSeconds: 300,
      machine: { region, cpu: 8, memoryGb: 32, accelerator: { type: 'nvidia-l4', count: 1 } },
    },
    ...Object.entries(GPU_MACHINES).flatMap(([name, machine]): TierInput[] => [
      {
        name: `${name}-spot`,
        launcher: 'vertexCustomJob',
        maxWaitSeconds: 600,
        machine: { ...machine, region, spot: true },
      },
      { name, launcher: 'vertexCustomJob', maxWaitSeconds: 900, machine: { ...machine, region } },
    ]),
    {
      name: 'run-cpu',
      launcher: 'cloudRunJobs',
      maxWaitSeconds: 300,
      maxAttemptSeconds: 86_400,
      machine: { region, cpu: 8, memoryGb: 32 },
    },
  ];
}
