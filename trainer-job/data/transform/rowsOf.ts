import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { literal, withDatabase, type Database } from '../database.js';
import { ROWS_FILE, type IngestOutcome } from '../ingest/ingest.js';

/** What `ingest` made: where its rows are, what it says of them and its identity. */
export interface IngestedRows {
  /** Resolves with its folder when the rows are there. */
  files(this: void): Promise<string>;
  outcome: IngestOutcome;
  digest: string;
}

/** Runs `work` with the ingested rows as the view `rows`; `n` is each row's position among them, from 0. */
export async function withRows<T>(
  ingested: IngestedRows,
  folder: string,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const temporary = await mkdtemp(join(folder, 'work-'));
  try {
    const opened = async (database: Database) => {
      const file = literal(join(await ingested.files(), ROWS_FILE));
      await database.run(
        `CREATE TEMP VIEW rows AS SELECT *, CAST(file_row_number AS INTEGER) AS n
          FROM read_parquet(${file}, file_row_number = true)`,
      );
      return work(database);
    };
    return await withDatabase(temporary, opened, { readsRows: true });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
