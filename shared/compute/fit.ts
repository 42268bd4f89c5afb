import { z } from 'zod';
import { described } from '../described.js';
import { ACCELERATORS, type Machine } from './machine.js';
import type { MemoryNeed } from './memory.js';

/** The least bytes that a training takes of a machine with a GPU: of its own memory, and of one GPU's. */
export const memoryFloorSchema = z.strictObject({
  hostBytes: described(z.number().min(0), 'The memory of the host, in bytes.', 2_147_483_648),
  gpuBytes: described(z.number().min(0), 'The memory of one GPU, in bytes.', 536_870_912),
});
export type MemoryFloor = z.infer<typeof memoryFloorSchema>;

const GIB = 2 ** 30;

/** Tables and the optimizer's state stay in the memory of the host; a batch and its scores are where they are computed. */
export function floorOf({ tables, optimizer, batch, scores }: MemoryNeed): MemoryFloor {
  return { hostBytes: tables + optimizer, gpuBytes: batch + scores };
}

/** Of one GPU, in GB; 0 without one: several do not add up, for each computes a part of a step. */
export function gpuMemoryGb({ accelerator }: Pick<Machine, 'accelerator'>): number {
  return accelerator ? ACCELERATORS[accelerator.type].memoryGb : 0;
}

/** Why a training cannot fit a machine, in words; undefined where it may. */
export function misfitOf({ hostBytes, gpuBytes }: MemoryFloor, machine: Machine): string | undefined {
  const onHost = hostBytes + (machine.accelerator ? 0 : gpuBytes);
  if (onHost > machine.memoryGb * GIB)
    return `it needs ${gb(onHost)} GB of memory at least and there are ${machine.memoryGb}`;
  const perGpu = gpuMemoryGb(machine);
  if (machine.accelerator && gpuBytes > perGpu * GIB)
    return `it needs ${gb(gpuBytes)} GB of GPU memory at least and a ${machine.accelerator.type} has ${perGpu}`;
  return undefined;
}

/** Whether a machine has more memory than one that was too small, of its own or of its GPU. */
export function isLarger(machine: Machine, than: Machine): boolean {
  return machine.memoryGb > than.memoryGb || gpuMemoryGb(machine) > gpuMemoryGb(than);
}

function gb(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}
