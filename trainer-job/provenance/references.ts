/** Things that stages read and make, as lineage knows them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { digestOf, type DataReference } from '@trainyard/shared';
import { filesIn } from '../cloud/uploadFolder.js';

/** Of a file or of a folder, whose digest is of the names and contents of all files in it; undefined where there is none. */
export async function pathReference(
  name: string,
  path: string,
  uri: string = pathToFileURL(path).href,
): Promise<DataReference | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  if (!found.isDirectory()) return { name, uri, digest: await fileDigest(path), bytes: found.size };
  const files = (await filesIn(path)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const digests: [string, string][] = [];
  for (const file of files) digests.push([file.name, await fileDigest(file.path)]);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { name, uri, digest: digestOf(digests), bytes };
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(part as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

/** Of what stays in memory, by its content as JSON. */
export function valueReference(name: string, value: unknown): DataReference {
  return { name, uri: null, digest: digestOf(value), bytes: null };
}

/** Of weights in memory, in their order. */
export function weightsReference(weights: readonly { values: Float32Array }[]): DataReference {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const { values } of weights) {
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    bytes += values.byteLength;
  }
  return { name: 'weights', uri: null, digest: `sha256:${hash.digest('hex')}`, bytes };
}

/** Of what another system says is the state of something; what is no digest of ours becomes one. */
export function fingerprintReference(
  name: string,
  uri: string,
  fingerprint: string,
  bytes: number,
): DataReference {
  const isDigest = /^sha256:[0-9a-f]{64}$/.test(fingerprint);
  return { name, uri: uri.slice(0, 2048), digest: isDigest ? fingerprint : digestOf(fingerprint), bytes };
}
