import type { Database } from '../database.js';
import type { IngestOutcome } from '../ingest/ingest.js';

/** The ingested rows, as SQL sees them. */
export interface OpenRows {
  /** Its view `rows` has a row's position as `n`, and its columns by their internal names. */
  database: Database;
  columns: IngestOutcome['columns'];
  /** [rows] the place of each row: those of train come first, in the split's order. */
  place: Int32Array;
}

/** Opens the rows for some work, whose working files lie in a folder of their own. */
export type WithRows = <T>(work: (rows: OpenRows) => Promise<T>) => Promise<T>;
