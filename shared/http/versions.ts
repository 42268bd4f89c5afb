/** The versions of a model as the API shows and moves them. */
import { z } from 'zod';
import { described } from '../described.js';
import { modelDocumentSchema, modelVersionSchema } from '../firestore/model.js';
import { nextCursor } from './queries.js';

export const modelVersionViewSchema = modelVersionSchema.omit({ schemaVersion: true });
export type ModelVersionView = z.infer<typeof modelVersionViewSchema>;
/** A version that was promoted, or that a rollback put into production again. */
export const movedVersionViewSchema = modelVersionViewSchema.extend({
  model: described(
    modelDocumentSchema.pick({ production: true, staging: true, formerProduction: true }),
    'The versions that the model has in production and in staging since, and those that rollbacks can reach.',
  ),
});
export type MovedVersionView = z.infer<typeof movedVersionViewSchema>;
export const modelVersionPageSchema = z.strictObject({
  versions: described(z.array(modelVersionViewSchema), 'The versions of the page, the newest first.'),
  nextCursor,
});
export type ModelVersionPage = z.infer<typeof modelVersionPageSchema>;
export const promoteRequestSchema = z.strictObject({
  stage: described(z.enum(['staging', 'production']), 'The stage that the version goes to.'),
  force: described(
    z.boolean().default(false),
    'Whether the version is promoted although a gate did not pass; administrators only.',
  ),
  reason: described(
    z.string().trim().min(1).max(500).optional(),
    'Why, for those who read the history of the version.',
    'The gate counts a market that we left.',
  ),
});
