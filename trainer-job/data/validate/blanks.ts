/** Values that differ by blanks at their ends alone: to a lookup they are two. */
import { runWarning, type RunWarning, type TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import { blanksTrimmed, internalName } from '../ingest/columns.js';
import type { Database } from '../database.js';

export const blankCountsSchema = z.array(
  z.strictObject({
    column: z.string(),
    /** Values that would be one of the others without their blanks. */
    values: z.int(),
    /** Rows that hold one of these values, or the one that they would be. */
    rows: z.int(),
  }),
);
export type BlankCounts = z.infer<typeof blankCountsSchema>;

type Columns = readonly { name: string; internal: string; type: string }[];

/** The columns of texts that a lookup reads as they are. */
export function lookedUpTexts(
  { dataset, features }: Pick<TrainingSpec, 'dataset' | 'features'>,
  columns: Columns,
): string[] {
  const names = [...features.query, ...features.candidate].flatMap((feature) =>
    feature.transform === 'lookup' ? [feature.column] : [],
  );
  return [...new Set(names)].filter(
    (name) =>
      dataset.columns[name]?.trim !== true &&
      columns.some((column) => column.name === name && column.type === 'VARCHAR'),
  );
}

/** Counts in the table or view `rows`; a column without blanks at the ends of its values costs one look at each. */
export async function countBlanks(
  database: Database,
  columns: Columns,
  names: readonly string[],
): Promise<BlankCounts> {
  const found: BlankCounts = [];
  for (const name of names) {
    const value = internalName(columns, name);
    const trimmed = blanksTrimmed(value);
    const { n = 0 } = await database.counts(
      `SELECT count(*) AS n FROM rows WHERE length(${value}) <> length(${trimmed})`,
    );
    if (n === 0) continue;
    const { values = 0, rows = 0 } = await database.counts(
      `SELECT coalesce(sum(v - 1), 0) AS values, coalesce(sum(n), 0) AS rows FROM (
        SELECT count(DISTINCT ${value}) AS v, count(*) AS n FROM rows GROUP BY ${trimmed} HAVING v > 1)`,
    );
    if (values > 0) found.push({ column: name, values, rows });
  }
  return found;
}

export function blankWarnings(counts: BlankCounts): RunWarning[] {
  return counts.map(({ column, values, rows }) =>
    runWarning(
      'blanks-differ',
      `${values.toLocaleString('en-US')} ${values === 1 ? 'value' : 'values'} of column "${column}" ${values === 1 ? 'differs' : 'differ'} from another by blanks at the ends alone, and ${rows.toLocaleString('en-US')} rows hold one of these: each counts as a value of its own`,
      `set dataset.columns[${JSON.stringify(column)}].trim to true to make them one`,
      { values, rows },
    ),
  );
}
