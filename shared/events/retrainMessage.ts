import { z } from 'zod';
import { modelIdSchema } from '../common.js';
import { described } from '../described.js';
import { unresolvedSpecSchema } from '../spec/presets.js';

/** The topic whose messages ask for retraining. */
export const RETRAIN_TOPIC = 'trainyard-retrain';

/** The JSON data of a message on `trainyard-retrain`. */
export const retrainMessageSchema = z.strictObject({
  modelId: modelIdSchema,
  spec: described(
    unresolvedSpecSchema.optional(),
    "The specification of the run; that of the model's newest run unless given.",
  ),
  newRows: described(
    z.int().min(0).max(1e12).default(0),
    "The number of rows that came since the message before. The model's policy may ask for a number of them together.",
    2400,
  ),
});
export type RetrainMessage = z.infer<typeof retrainMessageSchema>;
