/** One door to all sources: what a run must know to look for its output in the cache, before any row is brought here. */
import { join } from 'node:path';
import type { Dataset } from '@trainyard/shared';
import { openBigQueryRows } from '../cloud/bigQuerySource.js';
import { openObjects } from '../cloud/objectSource.js';
import { isObjectUri } from '../cloud/objectUri.js';
import type { CloudContext } from '../cloud/cloudContext.js';
import type { OpenedSource } from './openedSource.js';
import { findSource } from './source.js';

export interface SourceContext extends CloudContext {
  /** What relative paths are relative to. */
  baseDirectory: string;
}

/**
 * Fails with a `TrainerError` where there is nothing that can be read, with one that is retriable where Google's services did not
 * answer for a while.
 */
export async function openSource(source: Dataset['source'], context: SourceContext): Promise<OpenedSource> {
  const { uri, bigquery } = source;
  if (bigquery !== undefined) return openBigQueryRows(bigquery, context);
  if (uri !== undefined && isObjectUri(uri)) return openObjects({ ...source, uri }, context);
  const found = await findSource({ source }, context.baseDirectory, join(context.cacheRoot, 'digests'));
  return {
    ...found,
    fileCount: found.files.length,
    isPartitioned: found.partitions.columns.size > 0,
    files: async () => found,
  };
}
