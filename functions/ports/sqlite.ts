import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';

/**
 * Opens a SQLite file with a write-ahead log. `synchronous = NORMAL`: what was committed survives the death of the process;
 * a power cut may take the last commits, never the file's integrity.
 */
export function openSqlite(file: string): Database.Database {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  keepPrivate(file);
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.pragma('busy_timeout = 5000');
  return database;
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
