/** `manifest.json` of a model's folder: which files it has. It is written last, so that a folder without it is not whole, or older. */
import { z } from 'zod';
import { instantSchema } from '../common.js';
import { described } from '../described.js';

export const modelManifestSchema = z.strictObject({
  schemaVersion: described(z.literal(1), 'The version of the form that the document has.'),
  modelVersion: described(
    z.string(),
    "The run's name, `model#number`, or its id where the trainer ran alone.",
    'shop#7',
  ),
  createdAt: described(instantSchema.clone(), 'When the folder was written.', '2026-11-20T19:18:25.000Z'),
  files: described(
    z.array(
      z.strictObject({
        path: described(
          z.string().min(1),
          'Where the file is in the folder, with `/`.',
          'transform/transform.json',
        ),
        bytes: described(z.int().min(0), 'Its size in bytes.', 4711),
        sha256: described(
          z.string().regex(/^[0-9a-f]{64}$/),
          'Its SHA-256 as 64 hexadecimal digits.',
          '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        ),
        contentType: described(
          z.string().regex(/^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w-]+)*$/),
          'Its type, as HTTP has it.',
          'application/json',
        ),
      }),
    ),
    'All files of the folder but this one, by path.',
  ),
});
export type ModelManifest = z.infer<typeof modelManifestSchema>;
