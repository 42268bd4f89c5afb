/** A machine in words, and what it is good for. It draws in no schema, so that pages can use it. */
import type { Accelerator, Machine } from './machine.js';

/** What people choose a GPU by. */
const GOOD_FOR: Readonly<Record<Accelerator['type'], string>> = {
  'nvidia-t4': 'small and middling models, at the least price of a GPU',
  'nvidia-l4': 'newer than a T4, with half as much memory again: most models',
  'nvidia-v100': 'fast arithmetic of an older kind: where nothing newer is to be had',
  'nvidia-a100-40gb': 'large catalogues and batches',
  'nvidia-a100-80gb': 'the largest catalogues and batches',
  'nvidia-h100-80gb': 'the largest catalogues, in the least time',
};

/** `4 × T4, 32 vCPU, 120 GB, spot: …` */
export function machineWords(machine: Machine | null): string {
  if (!machine) return 'one’s own machine';
  const { accelerator, cpu, memoryGb, spot } = machine;
  const gpus = accelerator && `${accelerator.count} × ${gpuName(accelerator.type)}`;
  const parts = [gpus, `${cpu} vCPU`, `${memoryGb} GB`].filter((part) => part !== null).join(', ');
  const goodFor = accelerator ? GOOD_FOR[accelerator.type] : 'no GPU: small data, and what nobody waits for';
  // A training computes on one of them (docs/decisions/0025-workers.md).
  const oneOf = accelerator && accelerator.count > 1 ? '; a training computes on one of them' : '';
  const lent = spot ? ' Spot: often some 70 % cheaper, and may be interrupted.' : '';
  return `${parts}. Good for: ${goodFor}${oneOf}.${lent}`;
}

/** `T4` of `nvidia-t4`. */
function gpuName(type: Accelerator['type']): string {
  return type.replace('nvidia-', '').toUpperCase();
}
