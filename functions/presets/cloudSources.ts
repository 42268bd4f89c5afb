/** Where rows may come from in a deployment whose trainers run in the cloud. */
import {
  jsonPointer,
  sourceFilesOf,
  type Dataset,
  type OutputsSpec,
  type SourceFile,
} from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';

/** As Cloud Storage names objects; a pattern may stand for objects, never for the bucket. */
const CLOUD_OBJECT = /^gs:\/\/[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]\/./;

/**
 * With objects in the cloud, a path would be one of the trainer's container: its files are no data, and nobody's to read. Throws
 * `local-source` with a pointer below `at` for each file of the data set that is not in Cloud Storage.
 */
export function refuseLocalFiles(
  { objects }: Pick<ControlPlane, 'objects'>,
  dataset: Dataset,
  at: readonly string[],
): void {
  refuseLocal(objects, sourceFilesOf(dataset), at);
}

/** The same of the queries that recommendations are made for. */
export function refuseLocalQueries(
  { objects }: Pick<ControlPlane, 'objects'>,
  { recommendations }: OutputsSpec,
  at: readonly string[],
): void {
  const queries = recommendations?.for ?? 'allUsers';
  if (queries === 'allUsers') return;
  refuseLocal(objects, [{ path: ['recommendations', 'for', 'uri'], uri: queries.uri }], at);
}

function refuseLocal(
  objects: ControlPlane['objects'],
  files: readonly SourceFile[],
  at: readonly string[],
): void {
  if (!objects.uri('specs').startsWith('gs://')) return;
  const errors = files
    .filter(({ uri }) => !CLOUD_OBJECT.test(uri))
    .map(({ path, uri }) => ({ pointer: jsonPointer([...at, ...path]), detail: detailOf(uri) }));
  const [first] = errors;
  if (!first) return;
  throw new DomainError('local-source', `${first.pointer} ${first.detail}`, { errors });
}

function detailOf(uri: string): string {
  return `is ${JSON.stringify(uri.slice(0, 200))}; runs of this deployment read gs://bucket/object and BigQuery only: copy the files to Cloud Storage and name them there.`;
}
