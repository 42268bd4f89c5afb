import type { Condition } from '@trainyard/shared';
import type { OpenedSource } from '../data/source/openedSource.js';

/** What a batch of lists is made of. */
export interface BatchRequest {
  /** The folder of a finished model, on this machine. */
  folder: string;
  /** `recommendations`: a list of items for each query. `similarItems`: a list of other items for each item. */
  lists: 'recommendations' | 'similarItems';
  /** Items in each list, fewer where there are no more. */
  k: number;
  /** Of recommendations: whether the items that the user has in the data, of all splits, are left out. */
  exclude: 'seen' | 'nothing';
  /** Of recommendations: files with a query a row; null for all users that the model knows. */
  queries: OpenedSource | null;
  /** What an item meets to be in a list: conditions on the columns of `items.parquet`. */
  where: readonly Condition[];
  /** What somebody wrote these as: `--where`, or a setting of the specification. */
  whereName: string;
  /** The file, which appears when it is whole; its ending says the format: `.parquet`, `.jsonl` or `.ndjson`. */
  out: string;
  /** Blocks that are done are kept here until the file is there: the same request goes on from them. */
  unfinished: string;
  /** Threads, each with the model in memory. */
  workers: number;
  /** One thread does what has fewer scores: others would take longer to start. Twenty million unless given. */
  threadsFrom?: number;
  /** Told now and then, and at the end. */
  onProgress(this: void, progress: BatchProgress): void;
  onNote(this: void, note: string): void;
  /** Lets others have their turn; throws where the work is to stop. */
  between(this: void): Promise<void>;
  /** Takes the whole file where it is to go; where this throws, the blocks that are done stay. */
  deliver?(this: void, file: string): Promise<void>;
}

export interface BatchProgress {
  done: number;
  total: number;
  /** Of this process: blocks of an earlier one took none of it. */
  seconds: number;
  /** How many were done before this process. */
  kept: number;
}

export interface BatchResult {
  /** Lists that were asked for. */
  queries: number;
  /** Rows of the file: the items of all lists. */
  rows: number;
  /** Queries that were taken from an earlier, unfinished process. */
  kept: number;
  /** Lists with fewer items than were asked for. */
  short: number;
  seconds: number;
  /** Null of a folder that does not name it. */
  version: string | null;
  /** Whether the folder has a manifest that its files were checked by. */
  checked: boolean;
}
