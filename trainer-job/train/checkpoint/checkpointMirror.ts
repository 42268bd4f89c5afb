import type { Trainer } from './checkpointOwner.js';

/** A second home of checkpoints, for an attempt on a machine that never had the first. */
export interface CheckpointMirror {
  /** Takes it over from whoever had it. Throws `Superseded` for an attempt that comes too late. */
  claim(trainer: Trainer): Promise<void>;
  /** Throws `Superseded`, or why nothing can be kept there any more, as far as is known by now. Asks nobody. */
  check(): void;
  /** Of the checkpoints that are there, or on their way. */
  names(): readonly string[];
  /** Puts a whole checkpoint into `folder` and returns undefined, or why there is none. Throws where nobody can tell. */
  bring(name: string, folder: string): Promise<string | undefined>;
  /** Begins to store a checkpoint that is whole in `folder`. What becomes of the folder then does not matter. */
  store(name: string, folder: string, epoch: number): Promise<void>;
  /** It is not needed any more. */
  remove(name: string): void;
}
