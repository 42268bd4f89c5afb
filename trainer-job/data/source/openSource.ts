/** One door to all sources: what a run must know to look for its output in the cache, before any row is brought here. */
import type { Dataset, SourceFormat } from '@trainyard/shared';
import { findSource, type SourceFiles } from './source.js';

export interface OpenedSource {
  /** Of the bytes or of the snapshot: equal where the rows are. */
  fingerprint: string;
  format: SourceFormat;
  bytes: number;
  fileCount: number;
  /** The files, on this machine. Called when the cache has no output of them. */
  files(): Promise<SourceFiles>;
}

export interface SourceContext {
  /** What relative paths are relative to. */
  baseDirectory: string;
  /** Remembers the digests of files by what the file system says of them. */
  memoryFolder?: string;
}

/** Fails with a `DataError` where there is nothing that can be read. */
export async function openSource(source: Dataset['source'], context: SourceContext): Promise<OpenedSource> {
  const found = await findSource({ source }, context.baseDirectory, context.memoryFolder);
  return { ...found, fileCount: found.files.length, files: async () => found };
}
