/** The file that `dataset.vocabularies` names: found, read and held against the features before any row is read. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataReference, TrainingSpec } from '@trainyard/shared';
import type { TrainerErrorCode } from '@trainyard/shared/errors/trainerErrors';
import { TrainerError } from '../../errors/trainerError.js';
import { download } from '../cloud/downloads.js';
import { isObjectUri, parseObjectUri } from '../cloud/objectUri.js';
import { openSourceStorage } from '../cloud/sourceStorage.js';
import { hasCode } from '../source/fileDigest.js';
import type { SourceContext } from '../source/openSource.js';
import { fixedVocabularies, type FixedVocabularies } from './fixedVocabularies.js';
import { readTextLists } from './textLists.js';

export interface OpenedVocabularies extends FixedVocabularies {
  /** What lineage says of the file; its digest is of its bytes. */
  reference: DataReference;
}

/** A text of more bytes does not fit into one string of V8. */
const MOST_BYTES = 500_000_000;

/** Null where the specification names none. Throws a `TrainerError` for a file that is not there, cannot be read or does not fit the features. */
export async function openVocabularies(
  { dataset, features }: Pick<TrainingSpec, 'dataset' | 'features'>,
  context: SourceContext,
): Promise<OpenedVocabularies | null> {
  const { vocabularies: uri } = dataset;
  if (uri === undefined) return null;
  const bytes = await reading(uri, async () => {
    const path = await pathOf(uri, context);
    const found = await stat(path);
    if (found.isDirectory())
      throw problem('bad-vocabularies', `${uri} is a folder`, 'name the file in it, vocabularies.json');
    if (found.size > MOST_BYTES)
      throw problem(
        'bad-vocabularies',
        `${uri} has ${found.size} bytes; up to ${MOST_BYTES} are read`,
        'leave dataset.vocabularies out: then vocabularies are made of the training rows',
      );
    return readFile(path);
  });
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const fixed = fixedVocabularies(readTextLists(uri, bytes), features, uri);
  return {
    ...fixed,
    reference: { name: 'vocabularies', uri: uri.slice(0, 2048), digest, bytes: bytes.length },
  };
}

/** Of the file on this machine; an object of Cloud Storage is brought here. */
async function pathOf(uri: string, context: SourceContext): Promise<string> {
  if (!isObjectUri(uri))
    return /^file:/i.test(uri) ? fileURLToPath(uri) : resolve(context.baseDirectory, uri);
  const { bucket, path } = parseObjectUri(uri);
  const storage = await openSourceStorage(context);
  const objects = (await storage.list(bucket, path, true)).filter(({ name }) => name === path);
  const [file] = await download(objects, storage, context);
  if (file === undefined) throw notThere(uri);
  return file;
}

async function reading<T>(uri: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (hasCode(cause, 'ENOENT') || hasCode(cause, 'ENOTDIR')) throw notThere(uri, cause);
    if (hasCode(cause, 'EACCES') || hasCode(cause, 'EPERM'))
      throw problem(
        'no-permission',
        `${uri}, which dataset.vocabularies names, may not be read by the user that the trainer runs as`,
        'let that user read the file and enter its folders',
        cause,
      );
    if (hasCode(cause, 'ERR_INVALID_FILE_URL_PATH') || hasCode(cause, 'ERR_INVALID_FILE_URL_HOST'))
      throw problem(
        'invalid-file-url',
        `dataset.vocabularies is ${uri}, which is not the URL of a file on this machine`,
        'write file:// and an absolute path, or give the path alone',
        cause,
      );
    throw cause;
  }
}

const notThere = (uri: string, cause?: unknown) =>
  problem(
    'no-vocabularies',
    `there is no file ${uri}, which dataset.vocabularies names`,
    'correct it, or leave it out: then vocabularies are made of the training rows',
    cause,
  );

function problem(code: TrainerErrorCode, message: string, remedy: string, cause?: unknown): TrainerError {
  return new TrainerError(code, message, remedy, { stage: 'ingest', cause });
}
