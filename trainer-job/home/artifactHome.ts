import type { EntryMirror } from '../cache/entryMirror.js';
import type { CheckpointMirror } from '../train/checkpoint/checkpointMirror.js';

export interface StoredCheckpoint {
  uri: string;
  epoch: number;
}

export type HomeLog = (level: 'info' | 'warn', message: string, fields?: Record<string, unknown>) => void;

/**
 * Where that of a run is kept which must outlive the attempt: folders of this machine, or a bucket where the machine is lost
 * with the attempt. Whatever is made lies in folders of this machine first; the home keeps it from there.
 */
export interface ArtifactHome {
  /** Puts the specification where the settings say that it is read. Throws where there is none to be had. */
  bringSpec(): Promise<void>;
  readonly journals: JournalHome;
  readonly entries: EntryHome;
  /** `onStored` is told of each checkpoint that a later attempt would find. Asked for once in an attempt. */
  checkpoints(onStored: (checkpoint: StoredCheckpoint) => void): CheckpointHome;
  /** What people are told of where the report about the data is, as a URI or a path. */
  readonly reportPlace: string;
  /** Keeps the report about the data, as far as there is one. */
  storeReport(): Promise<void>;
  /** Keeps a single file of the artifacts; returns where it is then, as a URI or a path. */
  storeFile(path: string): Promise<string>;
  /** Keeps a folder of artifacts; returns the URIs of `paths` in it, by the same names, when all of it is kept. */
  storeModel(folder: string, paths: Readonly<Record<string, string>>): Promise<Record<string, string>>;
}

/** Callbacks that nobody has acknowledged, for the attempt after this one. */
export interface JournalHome {
  /** Puts the journals of earlier processes where the queue of callbacks finds them, before one opens it. */
  bring(): Promise<void>;
  /** Begins to keep what waits, of the journal that a queue has opened since. */
  start(attempt: number): void;
  /** Keeps all that waits now, at most for so long, and ends. */
  end(timeoutMs: number): Promise<void>;
}

/** Outputs of stages, for attempts on machines that never had them. */
export interface EntryHome extends EntryMirror {
  /** Waits until everything is kept. Throws where something could not be. */
  settled(): Promise<void>;
}

/** Checkpoints, for the attempt after this one. */
export interface CheckpointHome extends CheckpointMirror {
  /** The one that a later attempt would go on from; null where none is known of this attempt. */
  readonly newest: StoredCheckpoint | null;
  /** Puts the checkpoints of the run that this one goes on from into a folder that does not exist yet, where they are brought at once. */
  adopt(folder: string): Promise<void>;
  /** Hears that a checkpoint is whole in its folder on this machine. */
  saved(checkpoint: { path: string; epoch: number }): void;
  /** Waits, at most so long, until all is kept that is this attempt's to keep. False where it is not. */
  flush(timeoutMs: number): Promise<boolean>;
  /** Keeps nothing any more. */
  close(): Promise<void>;
}
