import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BIGINT,
  DOUBLE,
  type DuckDBAppender,
  DuckDBDataChunk,
  DuckDBInstance,
  StatementType,
  VARCHAR,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';
import { dataLimits } from '../settings/limits.js';

const APPENDED = { VARCHAR, DOUBLE, BIGINT } as const;

/** An in-process DuckDB with its files in a work folder. Closed by `withDatabase`. */
export class Database {
  constructor(private readonly connection: DuckDBConnection) {}

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  async rows(sql: string): Promise<Record<string, DuckDBValue>[]> {
    return (await this.connection.runAndReadAll(sql)).getRowObjects();
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
  async appender(table: string, types: readonly (keyof typeof APPENDED)[]): Promise<Appender> {
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
    const result = await this.connection.stream(sql);
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

/** Runs `work` on a database of its own, whose temporary files lie in `folder`. */
export async function withDatabase<T>(folder: string, work: (database: Database) => Promise<T>): Promise<T> {
  const { memoryMegabytes, threads } = dataLimits();
  const disk = await statfs(folder);
  const instance = await DuckDBInstance.create(join(folder, 'work.duckdb'), {
    // Beyond this it spills to disk.
    memory_limit: `${memoryMegabytes}MB`,
    threads: String(threads),
    temp_directory: join(folder, 'spill'),
    // A join that multiplies its rows fails before it has taken the disk from everybody else.
    max_temp_directory_size: `${Math.floor((disk.bavail * disk.bsize) / 2e6)}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    // A time with a zone is the same text on every machine.
    await connection.run("SET TimeZone = 'UTC'");
    return await work(new Database(connection));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A name as SQL sees it; names are data and may hold anything. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text, number or truth value as SQL sees it. */
export function literal(value: string | number | boolean): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return String(value);
}
