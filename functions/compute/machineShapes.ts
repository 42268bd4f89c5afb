/**
 * Which GPUs, and how many, a machine type of Compute Engine may have, which is what Vertex AI takes for training.
 * Source: https://cloud.google.com/compute/docs/gpus ("GPU machine types"), as known in November 2026; what is newer than this
 * table is left to the platform to judge.
 */
import type { AcceleratorType, Machine } from '@trainyard/shared';

/** GPUs that come with the type. */
const INCLUDED: Readonly<Record<string, readonly [AcceleratorType, number]>> = {
  'g2-standard-4': ['nvidia-l4', 1],
  'g2-standard-8': ['nvidia-l4', 1],
  'g2-standard-12': ['nvidia-l4', 1],
  'g2-standard-16': ['nvidia-l4', 1],
  'g2-standard-32': ['nvidia-l4', 1],
  'g2-standard-24': ['nvidia-l4', 2],
  'g2-standard-48': ['nvidia-l4', 4],
  'g2-standard-96': ['nvidia-l4', 8],
  'a2-highgpu-1g': ['nvidia-a100-40gb', 1],
  'a2-highgpu-2g': ['nvidia-a100-40gb', 2],
  'a2-highgpu-4g': ['nvidia-a100-40gb', 4],
  'a2-highgpu-8g': ['nvidia-a100-40gb', 8],
  'a2-ultragpu-1g': ['nvidia-a100-80gb', 1],
  'a2-ultragpu-2g': ['nvidia-a100-80gb', 2],
  'a2-ultragpu-4g': ['nvidia-a100-80gb', 4],
  'a2-ultragpu-8g': ['nvidia-a100-80gb', 8],
  'a3-highgpu-8g': ['nvidia-h100-80gb', 8],
};

/** GPUs that are attached to an N1: by their number, the most vCPUs that the machine may have. */
const ATTACHED: Partial<Record<AcceleratorType, Readonly<Record<number, number>>>> = {
  'nvidia-t4': { 1: 48, 2: 48, 4: 96 },
  'nvidia-v100': { 1: 12, 2: 24, 4: 48, 8: 96 },
};

/** What is wrong with a machine of Compute Engine, in words; undefined where nothing is known to be. */
export function shapeProblem({ machineType, cpu, accelerator }: Machine): string | undefined {
  if (machineType === null) return 'needs a machineType, such as "n1-standard-16"';
  const size = /-(\d+)$/.exec(machineType)?.[1];
  if (size !== undefined && Number(size) !== cpu) {
    return `says cpu ${cpu}, and ${machineType} has ${size}`;
  }
  const included = INCLUDED[machineType];
  if (included) {
    const [type, count] = included;
    if (accelerator?.type === type && accelerator.count === count) return undefined;
    return `${machineType} comes with ${count} × ${type}: say so in accelerator`;
  }
  if (!accelerator) return undefined;
  const { type, count } = accelerator;
  const counts = ATTACHED[type];
  if (!counts || !machineType.startsWith('n1-')) {
    const types = Object.entries(INCLUDED).filter(([, [of, number]]) => of === type && number === count);
    const names = counts ? 'a machine type of N1' : types.map(([name]) => name).join(', ');
    return `${machineType} takes no ${count} × ${type}: use ${names || 'another number of them'}`;
  }
  const most = counts[count];
  if (most === undefined) return `a machine has ${Object.keys(counts).join(', ')} of ${type}, not ${count}`;
  return cpu <= most ? undefined : `with ${count} × ${type} a machine has at most ${most} vCPUs`;
}
