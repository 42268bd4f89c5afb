/** Sources in Cloud Storage: known by the generations of their objects, downloaded when their rows are needed. */
import { digestOf, type Dataset, type SourceFormat } from '@trainyard/shared';
import { globMatcher } from '../source/glob.js';
import { partitionsOf } from '../source/partitions.js';
import type { OpenedSource } from '../source/openedSource.js';
import { checkFiles, formatOf } from '../source/source.js';
import type { CloudContext } from './cloudContext.js';
import { bytesOf, download } from './downloads.js';
import { parseObjectUri, type ObjectUri } from './objectUri.js';
import type { ObjectReader, StoredObject } from '../../cloud/storage.js';
import { openSourceStorage } from './sourceStorage.js';
import { TrainerError } from '../../errors/trainerError.js';

type FileSource = Dataset['source'] & { uri: string };

/** Fails with a `TrainerError` where nothing matches or may be seen. */
export async function openObjects(source: FileSource, context: CloudContext): Promise<OpenedSource> {
  const uri = parseObjectUri(source.uri);
  const storage = await openSourceStorage(context);
  const objects = await matching(storage, uri);
  if (objects.length === 0) {
    throw new TrainerError(
      'source-not-found',
      `nothing is found at ${uri.uri}`,
      'correct dataset.source.uri',
      { stage: 'ingest' },
    );
  }
  const format = source.format ?? formatOf(objects.map(({ bucket, name }) => `gs://${bucket}/${name}`));
  const opened = openedObjects({ ...source, format }, objects, storage, context);
  const partitions = partitionsOf(objects.map(({ name }) => name));
  return {
    ...opened,
    isPartitioned: partitions.columns.size > 0,
    files: async () => ({ ...(await opened.files()), partitions }),
  };
}

/** What is read of objects that are known. */
export function openedObjects(
  source: FileSource & { format: SourceFormat },
  objects: readonly StoredObject[],
  storage: ObjectReader,
  context: CloudContext,
): OpenedSource {
  const fingerprint = fingerprintOf(objects);
  return {
    fingerprint,
    format: source.format,
    bytes: bytesOf(objects),
    fileCount: objects.length,
    files: async () => {
      const files = await download(objects, storage, context);
      return { ...(await checkFiles(source, files)), fingerprint };
    },
  };
}

/** Nothing need be downloaded to know that nothing has changed. */
function fingerprintOf(objects: readonly StoredObject[]): string {
  return digestOf(
    objects.map(({ bucket, name, generation, crc32c, size }) => ({ bucket, name, generation, crc32c, size })),
  );
}

async function matching(storage: ObjectReader, uri: ObjectUri): Promise<StoredObject[]> {
  const beyond = uri.path.slice(uri.prefix.length);
  const flat = !beyond.includes('/') && !beyond.includes('**');
  const objects = await storage.list(uri.bucket, uri.prefix, flat);
  const matches = uri.isPattern ? globMatcher(uri.path) : (name: string) => name === uri.path;
  return objects.filter(({ name }) => matches(name));
}
