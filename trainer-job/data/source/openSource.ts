/** One door to all sources: what a run must know to look for its output in the cache, before any row is brought here. */
import { join } from 'node:path';
import type { Dataset, SourceFormat } from '@trainyard/shared';
import { openBigQueryRows } from '../cloud/bigQuerySource.js';
import { openObjects } from '../cloud/objectSource.js';
import { isObjectUri } from '../cloud/objectUri.js';
import type { CloudContext } from '../../cloud/cloudContext.js';
import { findSource, type SourceFiles } from './source.js';

export interface OpenedSource {
  /** Of the bytes or of the snapshot: equal where the rows are. */
  fingerprint: string;
  format: SourceFormat;
  bytes: number;
  fileCount: number;
  /** The files, on this machine. Called when the cache has no output of them. */
  files(): Promise<SourceFiles>;
  /** Fails with `SourceUnavailable` when files of this machine are no longer those of the fingerprint. */
  checkUnchanged?(this: void): Promise<void>;
}

export interface SourceContext extends CloudContext {
  /** What relative paths are relative to. */
  baseDirectory: string;
}

/**
 * Fails with a `DataError` where there is nothing that can be read, with `SourceUnavailable` where Google's services did not
 * answer for a while.
 */
export async function openSource(source: Dataset['source'], context: SourceContext): Promise<OpenedSource> {
  const { uri, bigquery } = source;
  if (bigquery !== undefined) return openBigQueryRows(bigquery, context);
  if (uri !== undefined && isObjectUri(uri)) return openObjects({ ...source, uri }, context);
  const found = await findSource({ source }, context.baseDirectory, join(context.cacheRoot, 'digests'));
  return { ...found, fileCount: found.files.length, files: async () => found };
}
