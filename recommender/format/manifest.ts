/** `manifest.json`: every other file of the folder with its size and digest. A folder that has none is one of before, or not whole. */
import { modelManifestSchema } from '@trainyard/shared/runs/modelManifest';
import { z } from 'zod';
import { RecommenderError } from '../error.js';
import { MANIFEST_FILE } from './files.js';
import { readBytes, readDocument, type ModelFiles, type ReadFile } from './read.js';
import { sha256 } from './sha256.js';

const { schemaVersion, files: listedFiles } = modelManifestSchema.shape;
const listedFile = listedFiles.element.pick({ path: true, bytes: true, sha256: true });

/** What the recommender needs of what the trainer writes; a later trainer may say more about a model and its files. */
const manifestSchema = z.looseObject({
  schemaVersion,
  files: z.array(z.looseObject(listedFile.shape)),
});

export interface CheckedFolder {
  /** Whether there is a manifest: without one, nothing says whether the files are whole and of one run. */
  isChecked: boolean;
  /** Reads as the folder's port does, and rejects a file that is not the one that the manifest lists. */
  read: ReadFile;
  /** Whether the folder has a file: by its manifest or, where there is none, because it can be read. */
  has(this: void, path: string): Promise<boolean>;
  /** What reads a file again, and checks it again; undefined where the port cannot, and of a folder without a manifest, which nothing could be checked by. */
  keep(this: void, path: string): Promise<(() => Uint8Array) | undefined>;
}

/** Opens the manifest. Each file's size and digest are checked when it is read. */
export async function checkedFolder(files: ModelFiles): Promise<CheckedFolder> {
  const content = await bytesIfThere(files.read, MANIFEST_FILE);
  if (content === undefined) {
    return {
      isChecked: false,
      read: files.read,
      has: async (name) => (await bytesIfThere(files.read, name)) !== undefined,
      keep: async () => undefined,
    };
  }
  const manifest = await readDocument(async () => content, MANIFEST_FILE, { 1: manifestSchema });
  const entries = new Map(manifest.files.map((entry) => [entry.path, entry]));
  const digestOf = files.sha256 ?? sha256;
  return {
    isChecked: true,
    has: async (name) => entries.has(name),
    async read(name) {
      const file = await readBytes(files.read, name);
      const listed = listedOf(entries, name, file);
      checkDigest(listed, await digestOf(file));
      return file;
    },
    async keep(name) {
      const again = await files.keep?.(name);
      return (
        again &&
        (() => {
          const file = again();
          const digest = digestOf(file);
          if (typeof digest !== 'string')
            throw new Error('a port that keeps files gives their digests at once');
          checkDigest(listedOf(entries, name, file), digest);
          return file;
        })
      );
    },
  };
}

/** What is said to people of a folder without a manifest. */
export function uncheckedNote(folder: string): string {
  return `${folder} has no ${MANIFEST_FILE}: nothing says whether its files are whole and of one run`;
}

type Listed = z.infer<typeof manifestSchema>['files'][number];

function listedOf(entries: ReadonlyMap<string, Listed>, name: string, file: Uint8Array): Listed {
  const listed = entries.get(name);
  if (!listed) throw changed(`${name} is not listed in ${MANIFEST_FILE}`);
  if (file.byteLength !== listed.bytes) {
    throw changed(`${name} has ${file.byteLength} bytes instead of ${listed.bytes}`);
  }
  return listed;
}

function checkDigest({ path, sha256: known }: Listed, found: string): void {
  if (found === known) return;
  throw changed(`${path} has the SHA-256 ${found}, and ${MANIFEST_FILE} says ${known}`);
}

/** Undefined where there is no such file. A port that fails for another reason, as far as it says so, is no folder of before. */
async function bytesIfThere(read: ReadFile, path: string): Promise<Uint8Array | undefined> {
  try {
    return await read(path);
  } catch (error) {
    if (mayBeAbsence(error)) return undefined;
    return readBytes(() => Promise.reject(error), path);
  }
}

const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 403, 404, 410]);

/** Buckets that may not be listed answer 403 for what they have not. */
function mayBeAbsence(error: unknown): boolean {
  const { code, status } = Object(error) as { code?: unknown; status?: unknown };
  return [code, status].every((value) => value === undefined || ABSENT.has(value));
}

function changed(message: string): RecommenderError {
  return new RecommenderError('mismatched-files', message, 'copy all files of one run, whole and unchanged');
}
