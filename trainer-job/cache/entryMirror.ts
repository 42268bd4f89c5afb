import type { StageName } from '@trainyard/shared';

/** Which entry of the cache: `digest` is of its key. */
export interface EntryId {
  stage: StageName;
  /** In hexadecimal. */
  digest: string;
}

/** A second home of the cache's entries, for runs on machines that never had the first. */
export interface EntryMirror {
  /** The outcome of an entry that is whole, and the bytes of its files; undefined where there is none. */
  find(id: EntryId): Promise<{ outcome: unknown; bytes: number } | undefined>;
  /** Puts the files of an entry that was found into a folder. False where some are there no more: it is none then. */
  bring(id: EntryId, folder: string): Promise<boolean>;
  /** Begins to store a whole entry, in place of the one that is there or only where none is. */
  store(id: EntryId, folder: string, how: { replace: boolean }): void;
  /** A file beside the entries, kept under its name. Nothing happens where there is none. */
  bringFile(name: string, path: string): Promise<void>;
  /** Stores a file that was brought before, unless somebody else did since. */
  storeFile(name: string, path: string): Promise<void>;
}
