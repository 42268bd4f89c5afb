import { TrainerError } from '../../errors/trainerError.js';
import { isPattern } from '../source/glob.js';

export interface ObjectUri {
  uri: string;
  bucket: string;
  /** The name of an object, or a pattern of names. */
  path: string;
  /** The beginning that all names share, up to the first sign of a pattern. */
  prefix: string;
  isPattern: boolean;
}

export const isObjectUri = (uri: string): boolean => /^gs:\/\//i.test(uri);

/** The parts of `gs://bucket/path`. Fails with a `TrainerError` for what names no object. */
export function parseObjectUri(uri: string): ObjectUri {
  const [, bucket = '', path = ''] = /^gs:\/\/([^/*?[\]]+)\/(.+)$/is.exec(uri) ?? [];
  if (path === '' || path.endsWith('/')) {
    throw new TrainerError(
      'invalid-object-uri',
      `dataset.source.uri is ${uri}, which names no objects of a bucket`,
      'write gs://bucket/folder/file.parquet, or a pattern such as gs://bucket/folder/*.parquet; the name of the bucket is no pattern',
      { stage: 'ingest' },
    );
  }
  return {
    uri,
    bucket,
    path,
    prefix: /^[^*?[]*/.exec(path)?.[0] ?? '',
    isPattern: isPattern(path),
  };
}
