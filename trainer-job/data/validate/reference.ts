import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join, posix, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf, instantSchema, type Dataset } from '@trainyard/shared';
import { z } from 'zod';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { CloudSettings } from '../../cloud/cloudSettings.js';
import { bucketPathOf } from '../../cloud/bucketPath.js';
import { BucketFolder } from '../../cloud/bucketFolder.js';
import { profileSchema, type Profile } from '@trainyard/shared/profile/profile';
import { TrainerError } from '../../errors/trainerError.js';

/** A version of a data set that passed: `rows` is the digest of its rows. */
const versionSchema = z.strictObject({
  rows: z.string(),
  validatedAt: instantSchema,
  profile: profileSchema,
});
/** The newest version and the one before, which the newest is compared with when it comes again. */
const historySchema = z.strictObject({ latest: versionSchema, before: versionSchema.nullable() });

export interface Reference {
  /** Where it comes from, in words; or why there is none. */
  note: string;
  profile: Profile | null;
}

export interface ReferenceRequest {
  dataset: Dataset;
  /** The digest of the rows that are compared. */
  rows: string;
  cacheRoot: string;
  baseDirectory: string;
  /** How a reference in Cloud Storage is read. */
  cloud: CloudSettings;
  signal: AbortSignal;
  /** Keeps the versions for other machines as well. */
  mirror?: FileMirror;
}

interface FileMirror {
  /** Nothing happens where there is no file of the name. */
  bringFile(name: string, path: string): Promise<void>;
  /** Stores a file that was brought before, unless somebody else did since. */
  storeFile(name: string, path: string): Promise<void>;
}

/** The profile that the specification names, or the newest validated one of the same data set with other rows. */
export async function findReference(request: ReferenceRequest): Promise<Reference> {
  const { dataset, rows, cacheRoot, mirror } = request;
  if (dataset.reference !== undefined) return given(dataset.reference, request);
  const name = nameOf(dataset);
  await mirror?.bringFile(name, join(cacheRoot, name));
  const history = await readHistory(join(cacheRoot, name));
  const version = history?.latest.rows === rows ? history.before : history?.latest;
  if (!version) return { note: 'not checked: there is no earlier version of this data set', profile: null };
  return { note: `the version validated at ${version.validatedAt}`, profile: version.profile };
}

/** Remembers rows that passed as the newest version of their data set. */
export async function keepAsReference(
  { dataset, rows, cacheRoot, mirror }: ReferenceRequest,
  profile: Profile,
  now: Date,
): Promise<void> {
  const name = nameOf(dataset);
  const file = join(cacheRoot, name);
  const history = await readHistory(file);
  if (history?.latest.rows === rows) return;
  const latest = { rows, validatedAt: now.toISOString(), profile };
  const text = JSON.stringify({ latest, before: history?.latest ?? null });
  await makeFolder(join(cacheRoot, FOLDER));
  const unfinished = `${file}.${randomUUID()}`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  await mirror?.storeFile(name, file);
}

const FOLDER = 'references';

/** A data set is where it comes from and how it is shaped, whatever is expected of it and made of it. */
function nameOf(dataset: Dataset): string {
  const {
    split: _split,
    expectations: _expectations,
    reference: _reference,
    vocabularies: _vocabularies,
    ...identity
  } = dataset;
  return `${FOLDER}/${digestOf(identity).replace('sha256:', '')}.json`;
}

/** Undefined where there is none that this version of the program can read: then it begins anew. */
async function readHistory(file: string): Promise<z.infer<typeof historySchema> | undefined> {
  const text = await textOf(file);
  const parsed = historySchema.safeParse(text === undefined ? undefined : jsonOf(text));
  return parsed.success ? parsed.data : undefined;
}

async function given(uri: string, request: ReferenceRequest): Promise<Reference> {
  const remedy = 'set dataset.reference to a profile.json that a run of this version has written';
  const text = await textAt(uri, request);
  if (text === undefined)
    throw new TrainerError('no-reference', `there is no file ${uri}, which dataset.reference names`, remedy, {
      stage: 'validate',
    });
  const parsed = profileSchema.safeParse(jsonOf(text));
  if (!parsed.success)
    throw new TrainerError('bad-reference', `${uri}, which dataset.reference names, is no profile`, remedy, {
      stage: 'validate',
    });
  return { note: uri, profile: parsed.data };
}

async function textAt(
  uri: string,
  { baseDirectory, cloud, signal }: ReferenceRequest,
): Promise<string | undefined> {
  const bucketPath = bucketPathOf(uri);
  if (!bucketPath) return textOf(/^file:/i.test(uri) ? fileURLToPath(uri) : resolve(baseDirectory, uri));
  const folder = await BucketFolder.open(
    { ...bucketPath, path: posix.dirname(bucketPath.path) },
    cloud,
    signal,
  );
  return (await folder.read(posix.basename(bucketPath.path)))?.text;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
