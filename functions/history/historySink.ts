/** Where the history goes. */
import type { z } from 'zod';
import type { historyTables, HistoryTableName } from './tables.js';

export interface KeyedRow<T extends HistoryTableName> {
  /** Fixes the content: rows of the same key are the same row. */
  id: string;
  row: z.infer<(typeof historyTables)[T]['row']>;
}

/** A row that was not added, alone among those of its call. */
export interface RefusedRow {
  id: string;
  reasons: string[];
  /** Whether it may be taken another time. */
  isRetriable: boolean;
}

export interface HistorySink {
  /**
   * Adds the rows, at most 500, to a table, which is made when it is missing; says which were refused. Rows added before with
   * the same key are added again, or not where the sink remembers.
   * @throws what may pass; any of the rows may have been added.
   */
  insert<T extends HistoryTableName>(table: T, rows: readonly KeyedRow<T>[]): Promise<RefusedRow[]>;
}
