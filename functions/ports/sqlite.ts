import { chmodSync, closeSync, existsSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'libsql';
import { makeFolderSync } from '@trainyard/shared/makeFolder';

/** How long whoever opens a file, or wants to write it, waits for another process that has it locked. */
const BUSY_MS = 5_000;
/** A call to the driver that waits keeps the whole process from answering anybody: it waits no longer than this. */
const BLOCKED_MS = 5;
const PAUSE_MS = 80;

/**
 * Opens a SQLite file with a write-ahead log, in which `prepare` makes what is missing. `synchronous = NORMAL`: what was committed survives the death of the process;
 * a power cut may take the last commits, never the file's integrity.
 */
export function openSqlite(
  file: string,
  prepare: (database: Database.Database) => void = () => undefined,
): Database.Database {
  makeFolderSync(dirname(file), 0o700);
  keepPrivate(file);
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma(`busy_timeout = ${BUSY_MS}`);
  prepare(database);
  database.pragma(`busy_timeout = ${BLOCKED_MS}`);
  return database;
}

/** When an operation that was asked for at `askedAt`, now unless given, gives up a file that another process has locked. */
export function busyUntil(askedAt = Date.now()): number {
  return askedAt + BUSY_MS;
}

/** What `write` gives; while another process has the file locked it is tried again, and this process goes on meanwhile. */
export async function whenFree<T>(write: () => T, until: number): Promise<T> {
  for (;;) {
    try {
      return write();
    } catch (error) {
      if (!isBusy(error) || Date.now() >= until) throw error;
    }
    await pause(PAUSE_MS);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}

/** Only its owner reads it, in whatever folder it lies: it holds a team's runs. SQLite gives what it puts beside it the same mode. */
function keepPrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  for (const part of [file, `${file}-wal`, `${file}-shm`]) {
    // Older files were made with what the process's mask left; those of others stay as they are.
    if (existsSync(part) && (statSync(part).mode & 0o077) !== 0 && isOwn(part)) chmodSync(part, 0o600);
  }
}

function isOwn(file: string): boolean {
  return process.getuid === undefined || process.getuid() === statSync(file).uid;
}
