/** What blocks must be of so that they can be kept: another model, other queries or another question make other lists. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import {
  ITEM_OUTPUTS_FILE,
  ITEM_VECTORS_FILE,
  RATING_FOLDER,
  SEEN_FILES,
  TOWER_FOLDERS,
  TRANSFORM_FOLDER,
  VALUES_FILES,
} from '@trainyard/recommender/format/files';
import type { BatchRequest } from './batchRequest.js';

/** Raise it when the same request would make other blocks. */
const PLAN_VERSION = 1;
/** Files and folders of a model's folder that lists depend on, as far as it has them. */
const MADE_OF: readonly string[] = [
  ...Object.values(TOWER_FOLDERS),
  RATING_FOLDER,
  TRANSFORM_FOLDER,
  ITEM_VECTORS_FILE,
  ITEM_OUTPUTS_FILE,
  ...Object.values(SEEN_FILES),
  ...Object.values(VALUES_FILES.users),
  ...Object.values(VALUES_FILES.items),
];

export async function planOf(
  { folder, lists, k, exclude, queries, where }: BatchRequest,
  blockSize: number,
): Promise<string> {
  const plan = {
    version: PLAN_VERSION,
    model: await modelDigest(folder),
    lists,
    k,
    ...(lists === 'recommendations' && { exclude, queries: queries?.fingerprint ?? 'allUsers' }),
    where,
    blockSize,
  };
  return `${JSON.stringify(plan, null, 2)}\n`;
}

async function modelDigest(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => MADE_OF.includes(path.split('/')[0] ?? ''));
  for (const path of files.toSorted()) {
    const digest = createHash('sha256');
    await pipeline(createReadStream(join(folder, path)), digest);
    hash.update(`${path}\n${digest.digest('hex')}\n`);
  }
  return hash.digest('hex');
}

const metadataSchema = z.object({ model_version: z.string() });

/** As `model_metadata.json` names it; null of a folder that has none. */
export async function versionOf(folder: string): Promise<string | null> {
  const text = await readFile(join(folder, 'model_metadata.json'), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : metadataSchema.parse(JSON.parse(text)).model_version;
}
