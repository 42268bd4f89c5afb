import type { SourceFormat } from '@trainyard/shared';
import type { SourceFiles } from './source.js';

/** What a run must know of a source to look for its output in the cache, before any row is brought here. */
export interface OpenedSource {
  /** Of the bytes or of the snapshot: equal where the rows are. */
  fingerprint: string;
  format: SourceFormat;
  bytes: number;
  fileCount: number;
  /** Whether columns stand in the names of its folders. */
  isPartitioned?: boolean;
  /** The files, on this machine. Called when the cache has no output of them. */
  files(): Promise<SourceFiles>;
  /** Fails with `TrainerError` when files of this machine are no longer those of the fingerprint. */
  checkUnchanged?(this: void): Promise<void>;
}
