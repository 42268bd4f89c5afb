import { z } from 'zod';

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
  type: z.enum(Object.keys(ACCELERATORS) as [AcceleratorType, ...AcceleratorType[]]),
  count: z.int().min(1).max(16).default(1),
});
export type Accelerator = z.infer<typeof acceleratorSchema>;

/** What a job has of a platform: what its price, and whether a model fits, follow from. */
export const machineSchema = z.strictObject({
  /** Of Google Cloud, such as `europe-west4`. */
  region: z.string().regex(/^[a-z]+-[a-z]+\d+$/, 'must be a region, such as europe-west4'),
  /** Of Compute Engine, such as `g2-standard-48`; null on Cloud Run, where processors and memory are asked for by number. */
  machineType: z.string().min(1).max(63).nullable().default(null),
  cpu: z.number().positive().max(512),
  /** Of the host, in GB. */
  memoryGb: z.number().positive().max(16_384),
  /** Null: processors alone. */
  accelerator: acceleratorSchema.nullable().default(null),
  /** Lent cheaper, and taken back when somebody else pays the full price. */
  spot: z.boolean().default(false),
});
export type Machine = z.infer<typeof machineSchema>;
