import { z } from 'zod';
import { modelIdSchema } from '../common.js';
import { unresolvedSpecSchema } from '../spec/presets.js';

/** The topic whose messages ask for retraining. */
export const RETRAIN_TOPIC = 'trainyard-retrain';

/** The JSON data of a message on `trainyard-retrain`. */
export const retrainMessageSchema = z.strictObject({
  modelId: modelIdSchema,
  /** As the model's newest run had it unless given. */
  spec: unresolvedSpecSchema.optional(),
  /** How many rows came since the message before; the model's policy may want a number of them together. */
  newRows: z.int().min(0).max(1e12).default(0),
});
export type RetrainMessage = z.infer<typeof retrainMessageSchema>;
