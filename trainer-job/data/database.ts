import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import {
  BIGINT,
  DOUBLE,
  FLOAT,
  INTEGER,
  LIST,
  type DuckDBAppender,
  DuckDBDataChunk,
  StatementType,
  VARCHAR,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { TrainerError } from '../errors/trainerError.js';
import { boundData } from '../memory/dataBound.js';
import { dataLimits } from '../settings/limits.js';
import { leaseInstance, ownInstance } from './instances.js';

// The package takes the byte order mark that a text begins with for none of its characters, and two ids would be one. Required, so that the
// bundle has the package's own module, and no copy of it.
Object.assign(createRequire(import.meta.url)('@duckdb/node-api/lib/vectors/dataAccessors.js') as object, {
  textDecoder: new TextDecoder('utf-8', { ignoreBOM: true }),
});

const APPENDED = {
  VARCHAR,
  DOUBLE,
  BIGINT,
  INTEGER,
  'FLOAT[]': LIST(FLOAT),
  'VARCHAR[]': LIST(VARCHAR),
  'DOUBLE[]': LIST(DOUBLE),
  'BIGINT[]': LIST(BIGINT),
} as const;
export type AppendedType = keyof typeof APPENDED;

/** How often a query that is to end is interrupted: an interruption only reaches one that runs at this moment. */
const INTERRUPT_MS = 50;
/** How long work is waited for that was made to end, before its files go. */
const SETTLE_MS = 1000;

/** An in-process DuckDB with its files in a work folder. Closed by `withDatabase`. */
export class Database {
  private reason: Error | null = null;
  private reject: (reason: Error) => void = () => {};
  private interrupting: NodeJS.Timeout | undefined;
  /** Rejects with why the queries were ended, if they are. */
  readonly ended = new Promise<never>((_, reject) => (this.reject = reject));

  constructor(private readonly connection: DuckDBConnection) {
    // Who waits for it hears of it; nobody else need.
    this.ended.catch(() => undefined);
  }

  get isEnded(): boolean {
    return this.reason !== null;
  }

  /** Interrupts the query that runs, and lets no other begin. */
  end(reason: Error): void {
    if (this.reason) return;
    this.reason = reason;
    this.connection.interrupt();
    this.interrupting = setInterval(() => this.connection.interrupt(), INTERRUPT_MS).unref();
    this.reject(reason);
  }

  /** Interrupts nothing any more. */
  close(): void {
    clearInterval(this.interrupting);
  }

  async run(sql: string): Promise<void> {
    await this.query(() => this.connection.run(sql));
  }

  async rows(sql: string): Promise<Record<string, DuckDBValue>[]> {
    return (await this.query(() => this.connection.runAndReadAll(sql))).getRowObjects();
  }

  /** Throws why the queries were ended, rather than that this one was interrupted. */
  private async query<T>(begin: () => Promise<T>): Promise<T> {
    if (this.reason) throw this.reason;
    try {
      return await begin();
    } catch (error) {
      throw this.reason ?? error;
    }
  }

  /** The one row of a query whose columns are all counts. */
  async counts(sql: string): Promise<Record<string, number>> {
    const [row = {}] = await this.rows(sql);
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
  }

  /** Whether a text is a single statement, and that one reads only. Throws what DuckDB says of SQL that cannot be bound. */
  async isOneSelect(sql: string): Promise<boolean> {
    const statements = await this.connection.extractStatements(sql);
    if (statements.count !== 1) return false;
    const statement = await statements.prepare(0);
    try {
      return statement.statementType === StatementType.SELECT;
    } finally {
      statement.destroySync();
    }
  }

  /** Adds rows to a table that has columns of these types. What it was given is in the table when it is closed. */
  async appender(table: string, types: readonly AppendedType[]): Promise<Appender> {
    return new Appender(
      await this.connection.createAppender(table),
      types.map((type) => APPENDED[type]),
    );
  }

  /** Calls `read` with the columns of each part of the result, a few thousand rows at a time, in the result's order. */
  async scan(
    sql: string,
    read: (columns: readonly (readonly DuckDBValue[])[], rows: number) => void,
  ): Promise<void> {
    const result = await this.query(() => this.connection.stream(sql));
    for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      read(chunk.getColumns(), chunk.rowCount);
    }
  }
}

export class Appender {
  constructor(
    private readonly appender: DuckDBAppender,
    private readonly types: readonly DuckDBType[],
  ) {}

  /** The values of so many rows, at most 2048, column by column. */
  append(columns: readonly (readonly DuckDBValue[])[], rows: number): void {
    const chunk = DuckDBDataChunk.create(this.types, rows);
    chunk.setColumns(columns);
    this.appender.appendDataChunk(chunk);
  }

  close(): void {
    this.appender.closeSync();
  }
}

/** Those of this process, each with when it is closed. */
const open = new Map<Database, Promise<unknown>>();

/**
 * Ends the queries of all databases that are open: each fails with `reason`. DuckDB heeds it between two blocks of rows, which a
 * query that makes huge values may take long to reach; who waits for its result does not wait for that.
 */
export function endQueries(reason: Error): void {
  for (const database of open.keys()) database.end(reason);
}

/** Whether all databases are closed, or will be within so long. */
export async function queriesHaveEnded(timeoutMs: number): Promise<boolean> {
  const late = pause(timeoutMs, false, { ref: false });
  return Promise.race([Promise.allSettled(open.values()).then(() => true), late]);
}

export interface DatabaseUse {
  /** Whether what is read becomes JavaScript's, and not only figures of it. */
  readsRows?: boolean;
  /** Whether settings are changed that stay so. */
  locksSettings?: boolean;
}

/**
 * Runs `work` on a database of its own, whose temporary files lie in `folder`. Fails where it takes more memory than data may
 * (`memory/dataBound.ts`), and with what `endQueries` says.
 */
export async function withDatabase<T>(
  folder: string,
  work: (database: Database) => Promise<T>,
  { readsRows = false, locksSettings = false }: DatabaseUse = {},
): Promise<T> {
  const limits = dataLimits();
  const { connection, end } = await (locksSettings ? ownInstance : leaseInstance)(folder, limits);
  const database = new Database(connection);
  const unbound = await boundData({
    memoryMegabytes: limits.memoryMegabytes,
    bySystem: !readsRows,
    onExceeded: (error) => database.end(error),
  });
  const working = (async () => work(database))();
  const closed = working
    .catch(() => undefined)
    .then(async () => {
      database.close();
      open.delete(database);
      await end(!database.isEnded);
    });
  open.set(database, closed);
  try {
    return await Promise.race([working, database.ended]);
  } finally {
    await (database.isEnded ? Promise.race([closed, pause(SETTLE_MS, undefined, { ref: false })]) : closed);
    await unbound();
  }
}

/** A name as SQL sees it; names are data and may hold anything but a NUL, which SQL cannot say: fails with a `TrainerError`. */
export function identifier(name: string): string {
  if (name.includes('\0')) {
    throw new TrainerError(
      'invalid-column-name',
      `the name ${JSON.stringify(name)} has a NUL character, at which the text of a query ends`,
      'give the column or table a name without it',
      { stage: 'ingest' },
    );
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text, number or truth value as SQL sees it. A NUL, at which the text of a query ends, is written as what makes one. */
export function literal(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const parts = value.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts.join('') : `(${parts.join(' || chr(0) || ')})`;
}
