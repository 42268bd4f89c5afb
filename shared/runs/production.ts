import { z } from 'zod';
import { described } from '../described.js';

export const servingVersionSchema = described(
  z.strictObject({
    version: described(
      z.int().min(1).nullable(),
      'The number of the version that served when the run was requested; null for a folder that the trainer was given by hand.',
      12,
    ),
    uri: described(
      z.string().min(1).max(2048),
      'The folder of its artifacts.',
      'gs://my-bucket/runs/k3v7q2mzx5ahc4tnwy6d/model/a0001',
    ),
  }),
  'The version that serves, as it was when the run was requested, which the new model is compared with; null where none did.',
);
export type ServingVersion = z.infer<typeof servingVersionSchema>;

/** The folder that a version's artifacts lie in; null where they are not those of a whole model. */
export function modelFolderOf(artifacts: Readonly<Record<string, string>>): string | null {
  const folder = /^(.+)\/query_model\/?$/.exec(artifacts['query_model'] ?? '')?.[1];
  return folder ?? null;
}
