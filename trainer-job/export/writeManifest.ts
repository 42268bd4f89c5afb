import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contentTypeOf } from '@trainyard/shared/http/contentType';
import { MANIFEST_FILE } from '@trainyard/recommender/format/files';
import { modelManifestSchema, type ModelManifest } from '@trainyard/shared/runs/modelManifest';
import { filesIn } from '../cloud/uploadFolder.js';

/** Writes `manifest.json` of all files in the folder; to be called when all of them are whole. Fails where there is one already. */
export async function writeManifest(
  folder: string,
  { version, createdAt, between }: { version: string; createdAt: Date; between: () => Promise<void> },
): Promise<void> {
  const files: ModelManifest['files'] = [];
  for (const { name, path, bytes } of await filesIn(folder)) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    files.push({ path: name, bytes, sha256: hash.digest('hex'), contentType: contentTypeOf(name) });
    await between();
  }
  const manifest: ModelManifest = {
    schemaVersion: 1,
    modelVersion: version,
    createdAt: createdAt.toISOString(),
    files,
  };
  const text = JSON.stringify(modelManifestSchema.parse(manifest), null, 2);
  await writeFile(join(folder, MANIFEST_FILE), `${text}\n`, { flag: 'wx' });
}
