import { z } from 'zod';
import { instantSchema, modelIdSchema } from '../common.js';

/** `models/{modelId}`. */
export const modelDocumentSchema = z.strictObject({
  schemaVersion: z.literal(1),
  modelId: modelIdSchema,
  lastRunNumber: z.int().min(0),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});
export type ModelDocument = z.infer<typeof modelDocumentSchema>;
