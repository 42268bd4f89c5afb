/** Columns whose values are read as another type, and what to say of those that could not be. */
import type { ColumnCleaning } from '@trainyard/shared';

/** One column that is read as another type, by a cast or by a derived column. */
export interface Reading {
  /** The column that has what was read. */
  name: string;
  /** The column that was read, under the name that the specification gives it. */
  source: string;
  /** How it was read, and with what settings. */
  cleaning: ColumnCleaning & { cast: NonNullable<ColumnCleaning['cast']> };
  /** SQL of the verdict on each row of the shaped table. */
  verdict: string;
  /** The values before they were read: what stands behind FROM, SQL of the value there, and DuckDB's type of it. */
  raw: { from: string; value: string; type: string };
}

/** Whether the specification casts the column, or derives one of it that needs it to be so. */
export function isCast({ name, source }: Reading): boolean {
  return name === source;
}

const TYPE_WORDS = {
  string: 'a text',
  int64: 'a whole number',
  float64: 'a number',
  boolean: 'a truth value',
  timestamp: 'a time',
} as const;

export function typeWords({ cleaning: { cast } }: Reading): string {
  return TYPE_WORDS[cast];
}
