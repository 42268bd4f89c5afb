/**
 * Checkpoints in a bucket. One is there when its `checkpoint.json` is, which is written last and says which state it is of:
 *
 *     e0003-s00000000-a0001/state-4f1d….checkpoint    named after its digest; a lifecycle rule of the bucket goes by the ending
 *     e0003-s00000000-a0001/checkpoint.json
 */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { StoredObject } from '../cloud/storage.js';
import type { BucketFolder } from '../cloud/bucketFolder.js';
import { jsonOf } from './bucketOwner.js';

const MANIFEST = 'checkpoint.json';
const manifestSchema = z.looseObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** The names of the checkpoints in a folder of a bucket, and of those that killed processes stored or removed by half. */
export async function checkpointsIn(folder: BucketFolder): Promise<{ whole: string[]; halves: string[] }> {
  const files = (await folder.list('e')).map(({ name }) => name.split('/'));
  const whole = files.flatMap(([name = '', file]) => (file === MANIFEST ? [name] : []));
  const names = new Set(files.map(([name = '']) => name));
  return { whole, halves: [...names].filter((name) => !whole.includes(name)) };
}

/** Uploads a checkpoint; `fence` is asked before it can be seen. */
export async function uploadCheckpoint(
  remote: BucketFolder,
  name: string,
  folder: string,
  fence: () => Promise<void>,
  onProgress?: (bytes: number) => void,
): Promise<void> {
  const manifest = await readFile(join(folder, MANIFEST), 'utf8');
  const state = join(folder, 'state.bin');
  await remote.upload(state, `${name}/${stateOf(manifest)}`, {
    absent: true,
    ...(onProgress && { onProgress }),
  });
  await fence();
  await remote.write(`${name}/${MANIFEST}`, manifest);
}

/** Puts a checkpoint into `folder`, which appears when it is whole. Returns why there is none to be had. */
export async function downloadCheckpoint(
  remote: BucketFolder,
  name: string,
  folder: string,
): Promise<string | undefined> {
  const manifest = await remote.read(`${name}/${MANIFEST}`);
  if (!manifest || !manifestSchema.safeParse(jsonOf(manifest.text)).success) {
    return `${remote.uri(`${name}/${MANIFEST}`)} is not there, or no description of a checkpoint`;
  }
  const object = await find(remote, `${name}/${stateOf(manifest.text)}`);
  const missing = `${remote.uri(`${name}/${stateOf(manifest.text)}`)} is not there`;
  if (!object) return missing;
  await makeFolder(dirname(folder));
  const unfinished = await mkdtemp(join(dirname(folder), 'unfinished-brought-'));
  try {
    if (!(await remote.download(object, join(unfinished, 'state.bin')))) return missing;
    await writeFile(join(unfinished, MANIFEST), manifest.text);
    await rename(unfinished, folder);
    return undefined;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** What describes it goes first: what is left of it then is no checkpoint. */
export async function removeCheckpoint(remote: BucketFolder, name: string): Promise<void> {
  await remote.remove(`${name}/${MANIFEST}`);
  for (const object of await remote.list(`${name}/`)) await remote.remove(object.name);
}

async function find(remote: BucketFolder, name: string): Promise<StoredObject | undefined> {
  return (await remote.list(name)).find((object) => object.name === name);
}

function stateOf(manifest: string): string {
  return `state-${manifestSchema.parse(JSON.parse(manifest)).sha256.slice(0, 32)}.checkpoint`;
}
