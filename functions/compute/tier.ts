import { machineSchema } from '@trainyard/shared';
import { z } from 'zod';
import { platformLimitSeconds, tierMistakes } from './tierRules.js';

/** A place to run jobs on. Runs name tiers and try them in order. */
export const tierSchema = z
  .strictObject({
    name: z.string().min(1).max(63),
    /** Which launcher starts its jobs. */
    launcher: z.string().min(1),
    /** How long a job may wait for a machine before the next tier is tried. */
    maxWaitSeconds: z.int().min(1).default(900),
    /** When one attempt ends at the latest; the trainer hands over before it. The platform's limit unless given. */
    maxAttemptSeconds: z
      .int()
      .min(60)
      .max(7 * 86_400)
      .optional(),
    /** What its jobs run on; null where that is not known, as on one's own machine. */
    machine: machineSchema.nullable().default(null),
    /** What a job on it costs; the cost of runs is counted with it. Null: what the price table says of the machine. */
    usdPerHour: z.number().min(0).nullable().default(null),
    /** The container of its jobs on Vertex AI; the deployment's image unless given. On Cloud Run the Job resource has it. */
    image: z.string().min(1).max(512).nullable().default(null),
    /** The disk of its machines on Vertex AI, in GB: what a trainer keeps of the data lies there. */
    diskGb: z.int().min(100).max(64_000).default(100),
  })
  .superRefine((tier, context) => {
    for (const { path, message } of tierMistakes(tier)) context.addIssue({ code: 'custom', path, message });
  })
  .transform((tier) => ({
    ...tier,
    maxAttemptSeconds: tier.maxAttemptSeconds ?? platformLimitSeconds(tier),
  }));
export type Tier = z.infer<typeof tierSchema>;
export type TierInput = z.input<typeof tierSchema>;
