/** How a model's folder is reached: the only thing that differs between a disk, a bucket and the web. */
import type { z } from 'zod';
import { RecommenderError } from '../error.js';

/** The bytes of a file of the folder, by its path from there, such as `query_model/tower.json`; rejects where there is none, and may once `signal` is aborted. */
export type ReadFile = (path: string, signal?: AbortSignal) => Promise<Uint8Array>;

/** A folder, and what its machine does better than the language alone. */
export interface ModelFiles {
  read: ReadFile;
  /** The SHA-256 of bytes as hexadecimal digits, at once or later; at once where there is `keep`. */
  sha256?(this: void, bytes: Uint8Array): string | Promise<string>;
  /**
   * Holds on to a file that is likely not to be needed, without its bytes: what is returned reads them at once, whatever becomes of the folder
   * meanwhile. Undefined where the bytes had better stay in memory.
   */
  keep?(this: void, path: string): Promise<(() => Uint8Array) | undefined>;
}

/** Rejects with a `RecommenderError` that names the file, whatever the port's own error is. */
export async function readBytes(read: ReadFile, path: string): Promise<Uint8Array> {
  try {
    return await read(path);
  } catch (cause) {
    if (cause instanceof RecommenderError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RecommenderError(
      'missing-file',
      `${path} cannot be read (${why})`,
      'give the "model" folder of a completed run, or "artifacts" of one that "trainyard export" wrote, with all of its files',
      { cause },
    );
  }
}

/** Reads a description by the schema of the version that it says it is of. */
export async function readDocument<T>(
  read: ReadFile,
  path: string,
  versions: Readonly<Record<number, z.ZodType<T>>>,
): Promise<T> {
  const document = parsedJson(path, await readBytes(read, path));
  const version =
    typeof document === 'object' && document !== null && 'schemaVersion' in document
      ? document.schemaVersion
      : undefined;
  const schema = typeof version === 'number' ? versions[version] : undefined;
  if (!schema) {
    throw new RecommenderError(
      'unknown-version',
      `${path} is of schemaVersion ${JSON.stringify(version)}; this version of the recommender reads ${Object.keys(versions).join(', ')}`,
      'use the version of the package that the trainer had, or a newer one',
    );
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RecommenderError(
    'bad-document',
    `${path} at /${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'is not what its schema says'}`,
    'export the model again: somebody changed the file',
    { cause: parsed.error },
  );
}

function parsedJson(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const [what, remedy] = insteadOfJson(bytes);
    throw new RecommenderError('bad-document', `${path} ${what}`, remedy, { cause });
  }
}

/** What servers send in place of a file tells more than that it is no JSON. */
function insteadOfJson(bytes: Uint8Array): [what: string, remedy: string] {
  if (bytes.length === 0) return ['is empty', 'copy the folder again'];
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return [
      'is compressed with gzip',
      'serve the files with "Content-Encoding: gzip", or as they are, and copy them as they are',
    ];
  }
  const begin = new TextDecoder().decode(bytes.subarray(0, 100)).trimStart();
  if (begin.startsWith('<')) {
    return [
      'is a page of HTML or XML, which servers send for what they have not, and to whoever has not signed in',
      'give the address that the folder is served at, and what it asks for (readOverHttp takes a fetch of your own)',
    ];
  }
  return ['is no JSON', 'copy the folder again'];
}
