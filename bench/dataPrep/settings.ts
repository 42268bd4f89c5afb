/** What the harness and the process that prepares the data say to each other. */
import { stageNameSchema, trainingSpecSchema } from '@trainyard/shared';
import { z } from 'zod';

export const prepareSettingsSchema = z.strictObject({ spec: trainingSpecSchema, folder: z.string() });
export type PrepareSettings = z.infer<typeof prepareSettingsSchema>;

export const preparedSchema = z.strictObject({
  stages: z.array(z.strictObject({ stage: stageNameSchema, seconds: z.number(), cacheHit: z.boolean() })),
  /** From the first stage's start to the last one's end. */
  seconds: z.number(),
  peakMegabytes: z.number(),
  /** What training reads. */
  encodedFolder: z.string(),
});
export type PreparedReport = z.infer<typeof preparedSchema>;
