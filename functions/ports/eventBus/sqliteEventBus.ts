/**
 * Events in one SQLite file, delivered in this process. Publishing writes a row per subscription; a row is deleted once its
 * handler has succeeded. So what was published survives the process, and is delivered by the next one.
 */
import { eventSchema, MAX_DELIVERIES, type EventType, type TrainyardEvent } from '@trainyard/shared';
import type Database from 'libsql';
import { openSqlite } from '../sqlite.js';
import type { EventBus, Subscription } from './eventBus.js';

export interface SqliteEventBusOptions {
  file: string;
  /** Wait before the second, third … delivery; the last one repeats. */
  retryDelaysMs?: readonly number[];
}

const DEFAULT_DELAYS = [500, 2_000, 10_000, 30_000];
const CONCURRENCY = 8;

export function openSqliteEventBus({
  file,
  retryDelaysMs = DEFAULT_DELAYS,
}: SqliteEventBusOptions): EventBus {
  const database = openSqlite(file);
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
  return new SqliteEventBus(database, retryDelaysMs);
}

class SqliteEventBus implements EventBus {
  private readonly workers = new Map<string, Worker>();
  private readonly insert: Database.Statement;

  constructor(
    private readonly database: Database.Database,
    private readonly delays: readonly number[],
  ) {
    this.insert = database.prepare(
      `INSERT INTO deliveries (subscription, event, due) SELECT name, ?, ? FROM subscriptions
       WHERE types IS NULL OR EXISTS (SELECT 1 FROM json_each(types) WHERE value = ?)`,
    );
  }

  async publish(event: TrainyardEvent): Promise<void> {
    const { changes } = this.insert.run(JSON.stringify(event), Date.now(), event.type);
    if (changes === 0) return;
    for (const worker of this.workers.values()) worker.wake();
  }

  async subscribe(
    name: string,
    handler: (event: TrainyardEvent) => Promise<void>,
    types?: readonly EventType[],
  ): Promise<Subscription> {
    if (this.workers.has(name)) throw new Error(`subscription ${name} has a subscriber already`);
    this.database
      .prepare('INSERT OR REPLACE INTO subscriptions (name, types) VALUES (?, ?)')
      .run(name, types ? JSON.stringify(types) : null);
    const worker = new Worker(this.database, name, handler, this.delays);
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
    private readonly delays: readonly number[],
  ) {}

  /** Starts what is due and sets the clock for what will be. */
  wake(): void {
    if (this.closed) return;
    clearTimeout(this.timer);
    const waiting = this.database
      .prepare(
        'SELECT number, event, failures, due FROM deliveries WHERE subscription = ? AND dead = 0 ORDER BY due, number LIMIT ?',
      )
      .all(this.name, CONCURRENCY * 2) as Delivery[];
    for (const delivery of waiting) {
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

  private async deliver({ number, event, failures }: Delivery): Promise<void> {
    try {
      await this.handler(eventSchema.parse(JSON.parse(event)));
      this.database.prepare('DELETE FROM deliveries WHERE number = ?').run(number);
    } catch {
      // The handler has told its log why; the bus remembers that it failed, and when to try again.
      const wait = this.delays[Math.min(failures, this.delays.length - 1)] ?? 0;
      const isDead = failures + 1 >= MAX_DELIVERIES ? 1 : 0;
      this.database
        .prepare('UPDATE deliveries SET failures = ?, due = ?, dead = ? WHERE number = ?')
        .run(failures + 1, Date.now() + wait, isDead, number);
    }
  }
}
