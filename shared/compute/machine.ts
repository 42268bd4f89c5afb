import { z } from 'zod';
import { described } from '../described.js';

/** GPUs that Google Cloud lends, with the memory of one in GB (https://cloud.google.com/compute/docs/gpus, read 2025-06). */
export const ACCELERATORS = {
  'nvidia-t4': { memoryGb: 16 },
  'nvidia-v100': { memoryGb: 16 },
  'nvidia-l4': { memoryGb: 24 },
  'nvidia-a100-40gb': { memoryGb: 40 },
  'nvidia-a100-80gb': { memoryGb: 80 },
  'nvidia-h100-80gb': { memoryGb: 80 },
} as const;
export type AcceleratorType = keyof typeof ACCELERATORS;

export const acceleratorSchema = z.strictObject({
  type: described(
    z.enum(Object.keys(ACCELERATORS) as [AcceleratorType, ...AcceleratorType[]]),
    'The kind of GPU.',
  ),
  count: described(z.int().min(1).max(16).default(1), 'The number of GPUs.', 1),
});
export type Accelerator = z.infer<typeof acceleratorSchema>;

/** What a job has of a platform: what its price, and whether a model fits, follow from. */
export const machineSchema = z.strictObject({
  region: described(
    z.string().regex(/^[a-z]+-[a-z]+\d+$/, 'must be a region, such as europe-west4'),
    'The region of Google Cloud.',
    'europe-west4',
  ),
  machineType: described(
    z.string().min(1).max(63).nullable().default(null),
    'The machine type of Compute Engine; null on Cloud Run, where processors and memory are asked for by number.',
    'g2-standard-48',
  ),
  cpu: described(z.number().positive().max(512), 'The number of virtual processors.', 8),
  memoryGb: described(z.number().positive().max(16_384), 'The memory of the host, in GB.', 32),
  accelerator: described(acceleratorSchema.nullable().default(null), 'The GPUs; null for processors alone.'),
  spot: described(
    z.boolean().default(false),
    'Whether the machine is lent cheaper, and taken back when somebody else pays the full price.',
  ),
});
export type Machine = z.infer<typeof machineSchema>;
