/** What is written of a run, and of what: the words that the parts of the writer share. */
import type { Epoch, RunView } from '@trainyard/shared';
import type { MlflowStatus } from './content.js';

/** What was written of a run, as whoever wrote it remembers. */
export interface Written {
  experimentId: string;
  mlflowRunId: string;
  artifactUri: string;
  /** Of the run there that it is a child of; null where it is none's. */
  parentId: string | null;
  /** The digest of the tags; null before the first. */
  tags: string | null;
  /** Whether the parameters are there. */
  hasParameters: boolean;
  /** The attempt of each epoch that was written, by its number. */
  epochs: Record<string, number>;
  /** The status that was written; null before the first. */
  status: MlflowStatus | null;
  /** Whether the result is there: its metrics and files. */
  hasOutcome: boolean;
  /** Whether the version of the model is there. */
  hasVersion: boolean;
}

/** A file that a run has left behind. */
export interface RunFile {
  path: string;
  bytes: number;
  contentType: string;
}

/** A run as it is to be written. */
export interface RunSource {
  run: RunView;
  /** In their order. */
  epochs(this: void): Promise<Epoch[]>;
  /** All files that its manifest lists, and the manifest; none where it has none. */
  files(this: void): Promise<RunFile[]>;
  /** Undefined where it is not there any more. */
  read(this: void, file: RunFile): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The number of the version that it became; null while it is none. */
  version: number | null;
  /** Of the run there that it is a child of; null where it is none's. */
  parentId: string | null;
  experimentId: string;
  /** Which keys of the specification become parameters. */
  parameters: readonly string[];
  /** The page of a run, with `{runId}` in it. */
  runUrl: string | undefined;
}
