/**
 * Events in one SQLite file, delivered in this process. Publishing writes a row per subscription; a row is deleted once its
 * handler has succeeded. So what was published survives the process, and is delivered by the next one.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { eventSchema, MAX_DELIVERIES, type EventType, type TrainyardEvent } from '@trainyard/shared';
import type Database from 'libsql';
import { busyUntil, openSqlite, whenFree } from '../sqlite.js';
import type { EventBus, Subscription } from './eventBus.js';

export interface SqliteEventBusOptions {
  file: string;
  /** Wait before the second, third … delivery; the last one repeats. */
  retryDelaysMs?: readonly number[];
  /** Hears why the file can be neither read nor written; the bus tries again. */
  onError?: (error: unknown) => void;
}

const DEFAULT_DELAYS = [500, 2_000, 10_000, 30_000];
const CONCURRENCY = 8;
/** After the file could be neither read nor written. */
const AGAIN_MS = 1_000;

export function openSqliteEventBus({
  file,
  retryDelaysMs = DEFAULT_DELAYS,
  onError = (error) => process.emitWarning(error instanceof Error ? error : String(error)),
}: SqliteEventBusOptions): EventBus {
  return new SqliteEventBus(openSqlite(file, makeTables), { delays: retryDelaysMs, onError });
}

function makeTables(database: Database.Database): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS subscriptions (name TEXT PRIMARY KEY, types TEXT) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS deliveries (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      subscription TEXT NOT NULL,
      event TEXT NOT NULL,
      failures INTEGER NOT NULL DEFAULT 0,
      due INTEGER NOT NULL,
      dead INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (subscription, dead, due);
  `);
  // Files from before subscriptions had types.
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all('subscriptions');
  if (columns.length === 1) database.exec('ALTER TABLE subscriptions ADD COLUMN types TEXT');
}

/**
 * Writes one after another: where another process has the file locked, one write asks whether it is free, and not all of them at
 * once, each of which keeps this process for some milliseconds.
 */
function write<T>(database: Database.Database, work: () => T): Promise<T> {
  const until = busyUntil();
  const written = (lastWrites.get(database) ?? Promise.resolve()).then(() => whenFree(work, until));
  lastWrites.set(
    database,
    written.catch(() => undefined),
  );
  return written;
}

/** The end of each queue. */
const lastWrites = new WeakMap<Database.Database, Promise<unknown>>();

/** How a worker goes on after a failure. */
interface Failing {
  delays: readonly number[];
  onError: (error: unknown) => void;
}

class SqliteEventBus implements EventBus {
  private readonly workers = new Map<string, Worker>();
  private readonly insert: Database.Statement;

  constructor(
    private readonly database: Database.Database,
    private readonly failing: Failing,
  ) {
    this.insert = database.prepare(
      `INSERT INTO deliveries (subscription, event, due) SELECT name, ?, ? FROM subscriptions
       WHERE types IS NULL OR EXISTS (SELECT 1 FROM json_each(types) WHERE value = ?)`,
    );
  }

  async publish(event: TrainyardEvent): Promise<void> {
    const insert = () => this.insert.run(JSON.stringify(event), Date.now(), event.type);
    const { changes } = await write(this.database, insert);
    if (changes === 0) return;
    for (const worker of this.workers.values()) worker.wake();
  }

  async subscribe(
    name: string,
    handler: (event: TrainyardEvent) => Promise<void>,
    types?: readonly EventType[],
  ): Promise<Subscription> {
    if (this.workers.has(name)) throw new Error(`subscription ${name} has a subscriber already`);
    const row = [name, types ? JSON.stringify(types) : null];
    const insert = this.database.prepare('INSERT OR REPLACE INTO subscriptions (name, types) VALUES (?, ?)');
    await write(this.database, () => insert.run(...row));
    const worker = new Worker(this.database, name, handler, this.failing);
    this.workers.set(name, worker);
    worker.wake();
    return {
      close: async () => {
        // Known until it is done, so that closing the bus waits for it too.
        await worker.close();
        if (this.workers.get(name) === worker) this.workers.delete(name);
      },
    };
  }

  async unsubscribe(name: string): Promise<void> {
    if (this.workers.has(name)) throw new Error(`subscription ${name} has a subscriber`);
    const rows = this.database.prepare('DELETE FROM deliveries WHERE subscription = ? AND dead = 0');
    const own = this.database.prepare('DELETE FROM subscriptions WHERE name = ?');
    await write(this.database, () => {
      own.run(name);
      rows.run(name);
    });
  }

  async deadLetters(): Promise<{ subscription: string; event: TrainyardEvent }[]> {
    const rows = this.database
      .prepare('SELECT subscription, event FROM deliveries WHERE dead = 1 ORDER BY number')
      .all() as { subscription: string; event: string }[];
    return rows.map(({ subscription, event }) => ({
      subscription,
      event: eventSchema.parse(JSON.parse(event)),
    }));
  }

  async close(): Promise<void> {
    await Promise.all([...this.workers.values()].map((worker) => worker.close()));
    this.workers.clear();
    this.database.close();
  }
}

interface Delivery {
  number: number;
  event: string;
  failures: number;
  due: number;
}

/** Delivers one subscription's rows as they fall due, several at a time, each by one delivery at a time. */
class Worker {
  private readonly underWay = new Map<number, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly database: Database.Database,
    private readonly name: string,
    private readonly handler: (event: TrainyardEvent) => Promise<void>,
    private readonly failing: Failing,
  ) {}

  /** Starts what is due and sets the clock for what will be. */
  wake(): void {
    if (this.closed) return;
    clearTimeout(this.timer);
    for (const delivery of this.waiting()) {
      if (this.underWay.has(delivery.number)) continue;
      if (this.underWay.size >= CONCURRENCY) return;
      const wait = delivery.due - Date.now();
      if (wait > 0) {
        this.timer = setTimeout(() => this.wake(), wait);
        return;
      }
      this.start(delivery);
    }
  }

  /** Nothing while the file cannot be read, which is tried again soon: whoever wakes the worker has nothing to do with that. */
  private waiting(): Delivery[] {
    try {
      return this.database
        .prepare(
          'SELECT number, event, failures, due FROM deliveries WHERE subscription = ? AND dead = 0 ORDER BY due, number LIMIT ?',
        )
        .all(this.name, CONCURRENCY * 2) as Delivery[];
    } catch (error) {
      this.failing.onError(error);
      this.timer = setTimeout(() => this.wake(), AGAIN_MS);
      return [];
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await Promise.all(this.underWay.values());
  }

  private start(delivery: Delivery): void {
    const done = this.deliver(delivery).finally(() => {
      this.underWay.delete(delivery.number);
      this.wake();
    });
    this.underWay.set(delivery.number, done);
  }

  /** A delivery is under way until it is recorded how it ended: what is done must not be done again because of a locked file. */
  private async deliver({ number, event, failures }: Delivery): Promise<void> {
    const isDone = await this.handle(event);
    const wait = this.failing.delays[Math.min(failures, this.failing.delays.length - 1)] ?? 0;
    const isDead = failures + 1 >= MAX_DELIVERIES ? 1 : 0;
    const failed = [failures + 1, Date.now() + wait, isDead];
    const sql = isDone
      ? 'DELETE FROM deliveries WHERE number = ?'
      : 'UPDATE deliveries SET failures = ?, due = ?, dead = ? WHERE number = ?';
    const values = isDone ? [number] : [...failed, number];
    for (;;) {
      try {
        await write(this.database, () => this.database.prepare(sql).run(...values));
        return;
      } catch (error) {
        this.failing.onError(error);
      }
      // The next process delivers again what this one could not record.
      if (this.closed) return;
      await pause(AGAIN_MS);
    }
  }

  /** Whether the handler has succeeded; it has told its log why not. */
  private async handle(event: string): Promise<boolean> {
    try {
      await this.handler(eventSchema.parse(JSON.parse(event)));
      return true;
    } catch {
      return false;
    }
  }
}
