/** The checkpoints of a run, copied where their folder can be read from here; where it cannot, why, and how to get them. */
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { RunView } from '@trainyard/shared';
import { makeFolder } from '@trainyard/shared/makeFolder';

export interface TakenCheckpoints {
  files: number;
  bytes: number;
  /** Why there are none, in a sentence without its beginning; null where they were copied. */
  leftOut: string | null;
}

/** Whole checkpoints, as trainers name their folders; what else lies there is a trainer's own. */
const CHECKPOINT = /^e\d{4,}-s\d{8,}(-a\d{4,})?$/;

/** Fills `folder`; makes none where there is nothing to copy. */
export async function bringCheckpoints(
  { checkpoint }: Pick<RunView, 'checkpoint'>,
  folder: string,
  signal: AbortSignal,
): Promise<TakenCheckpoints> {
  const none = (leftOut: string) => ({ files: 0, bytes: 0, leftOut });
  if (checkpoint === null) return none('its trainer has told of none');
  const { uri } = checkpoint;
  if (!uri.startsWith('file:'))
    return none(
      `they lie in ${uri}, which is not read from here: "gcloud storage cp -r ${uri} ." brings them to whoever may read that bucket`,
    );
  const named = fileURLToPath(uri).replace(/[\\/]+$/, '');
  // Of one checkpoint, all of the same folder are meant.
  const source = CHECKPOINT.test(basename(named)) ? dirname(named) : named;
  const found = await filesOf(source).catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
  if (typeof found === 'string') {
    const why =
      found === 'ENOENT'
        ? 'which is not on this machine, or not any more'
        : `which cannot be read (${found})`;
    return none(`they lie in ${source}, ${why}`);
  }
  if (found.length === 0)
    return none(`there are none in ${source}: a run may keep none once it is completed`);
  let bytes = 0;
  for (const { path, name } of found) {
    const target = join(folder, ...name.split('/'));
    await makeFolder(dirname(target));
    await pipeline(createReadStream(path), createWriteStream(target), { signal });
    bytes += (await stat(target)).size;
  }
  return { files: found.length, bytes, leftOut: null };
}

async function filesOf(folder: string): Promise<{ path: string; name: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((path) => ({ path, name: relative(folder, path).split(sep).join('/') }))
    .filter(({ name }) => CHECKPOINT.test(name.split('/')[0] ?? ''));
}
