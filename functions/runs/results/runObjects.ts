/** What lies in the folder of a run, in the store of objects. */
import type { ObjectStore } from '../../ports/objectStore/objectStore.js';

/** Whoever reports a result names where its artifacts are: only what lies in the run's own folder is read for him; undefined for what does not. */
export function keyInRun(objects: ObjectStore, runId: string, uri: string): string | undefined {
  const folder = `runs/${runId}`;
  const prefix = `${objects.uri(folder)}/`;
  if (!uri.startsWith(prefix)) return undefined;
  const key = `${folder}/${uri.slice(prefix.length)}`;
  try {
    return objects.uri(key) === uri ? key : undefined;
  } catch (error) {
    // No key of the store: it leads elsewhere.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Fails with `ObjectNotFoundError` where there is none. A trainer of somebody else could name an object of any size. */
export async function readContent(
  objects: ObjectStore,
  key: string,
  mostBytes: number,
): Promise<Buffer<ArrayBuffer> | 'too large'> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of await objects.openRead(key)) {
    const buffer = Buffer.from(part as Uint8Array);
    bytes += buffer.length;
    if (bytes > mostBytes) return 'too large';
    parts.push(buffer);
  }
  return Buffer.concat(parts);
}

/** The same of a text in UTF-8. */
export async function readText(
  objects: ObjectStore,
  key: string,
  mostBytes: number,
): Promise<{ content: string } | 'too large'> {
  const content = await readContent(objects, key, mostBytes);
  return content === 'too large' ? content : { content: content.toString('utf8') };
}
