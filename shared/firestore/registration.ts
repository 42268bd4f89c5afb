import { z } from 'zod';
import { instantSchema, modelIdSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';

/**
 * `registrations/{runId}`: a completed run that is to become a version of its model. It is written with the end of the run, and
 * deleted with the registration of its version, so there is one version of each completed run.
 */
export const registrationSchema = z.strictObject({
  runId: runIdSchema,
  modelId: modelIdSchema,
  completedAt: described(instantSchema.clone(), 'When the run was completed.', '2026-11-20T19:18:25.000Z'),
});
export type Registration = z.infer<typeof registrationSchema>;
