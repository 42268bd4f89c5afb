/**
 * DuckDB instances for one database each. Making and closing one takes about 15 ms of a processor, mostly to register its functions,
 * and a run uses one after another: whoever comes within a second gets the one that the last has given back.
 */
import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { DataLimits } from '../settings/limits.js';

/** How long an instance waits for its next use: its threads and its memory are not for those who train. */
const IDLE_MS = 1000;
const FILE = 'work.duckdb';
const SPILL = 'spill';
/** A time with a zone is the same text on every machine. */
const ONE_ZONE = "SET TimeZone = 'UTC'";

export interface Lease {
  connection: DuckDBConnection;
  /** Closes the connection and what it has on disk; the instance too, unless it can be used again. */
  end(this: void, canBeUsedAgain: boolean): Promise<void>;
}

type Settings = Record<string, string>;
interface Instance {
  instance: DuckDBInstance;
  settings: Settings;
}

let idle: (Instance & { timer: NodeJS.Timeout }) | null = null;

/** A database whose files lie in `folder`, in an instance that nobody else uses meanwhile. */
export async function leaseInstance(folder: string, limits: DataLimits): Promise<Lease> {
  const settings = await settingsOf(folder, limits);
  const used = takeIdle();
  const instance = used?.instance ?? (await DuckDBInstance.create(':memory:', settings));
  const connection = await instance.connect();
  await connection.run(
    [
      ...(used ? adjusted(used.settings, settings) : []),
      // The file goes with its folder, and need not be made whole.
      'PRAGMA disable_checkpoint_on_shutdown',
      `ATTACH '${quoted(join(folder, FILE))}' AS work`,
      'USE work',
      ONE_ZONE,
    ].join('; '),
  );
  return {
    connection,
    async end(canBeUsedAgain) {
      // Where an instance has spilled once it can spill nowhere else.
      const hasSpilled = await exists(join(folder, SPILL));
      const isUsable = canBeUsedAgain && !hasSpilled && (await detached(connection));
      connection.closeSync();
      if (isUsable) keep({ instance, settings });
      else instance.closeSync();
    },
  };
}

/** An instance that nobody gets afterwards, for who changes settings that cannot be changed back. */
export async function ownInstance(folder: string, limits: DataLimits): Promise<Lease> {
  const instance = await DuckDBInstance.create(join(folder, FILE), await settingsOf(folder, limits));
  const connection = await instance.connect();
  await connection.run(ONE_ZONE);
  return {
    connection,
    async end() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function settingsOf(folder: string, { memoryMegabytes, threads }: DataLimits): Promise<Settings> {
  const disk = await statfs(folder);
  return {
    // Beyond this it spills to disk.
    memory_limit: `${memoryMegabytes}MB`,
    threads: String(threads),
    temp_directory: join(folder, SPILL),
    // A join that multiplies its rows fails before it has taken the disk from everybody else.
    max_temp_directory_size: `${Math.floor((disk.bavail * disk.bsize) / 2e6)}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  };
}

/** What makes settings of others; each statement that waits for its turn takes longer than it runs. */
function adjusted(from: Settings, to: Settings): string[] {
  return Object.entries(to)
    .filter(([name, value]) => from[name] !== value)
    .map(([name, value]) => `SET GLOBAL ${name} = '${quoted(value)}'`);
}

/** Leaves nothing of the database: no file that is open, and no block of a file that was read. Answers whether that can be had. */
async function detached(connection: DuckDBConnection): Promise<boolean> {
  try {
    const forget = [false, true].map((kept) => `SET GLOBAL enable_external_file_cache = ${kept}`);
    await connection.run(['USE memory', 'DETACH work', ...forget].join('; '));
    return true;
  } catch {
    // A result that was not read to its end holds the database: the instance goes with it.
    return false;
  }
}

function takeIdle(): Instance | null {
  const taken = idle;
  clearTimeout(taken?.timer);
  idle = null;
  return taken;
}

function closeIdle(): void {
  takeIdle()?.instance.closeSync();
}

function keep(instance: Instance): void {
  closeIdle();
  idle = { ...instance, timer: setTimeout(closeIdle, IDLE_MS).unref() };
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
