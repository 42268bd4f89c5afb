/** Numbers that are infinite: a feature or a target that is taken as a number has none there. */
import { runWarning, type RunWarning, type TrainingSpec, whole } from '@trainyard/shared';
import { z } from 'zod';
import type { Database } from '../database.js';
import { internalName } from '../ingest/columns.js';
import { basicType } from './profile/columnSql.js';
import type { ColumnProfile } from '@trainyard/shared/profile/profile';

/** Values of a column of numbers that no statistics are made of, since they are infinite or their squares would be. */
export function unmeasuredNumbers({ type, nulls, measured }: ColumnProfile, rowsKept: number): number {
  return basicType(type) === 'number' ? rowsKept - nulls - (measured?.rows ?? 0) : 0;
}

/** Infinite values are the ends of a column that has them. */
export function hasInfinite({ min, max }: ColumnProfile): boolean {
  return min === '-inf' || max === 'inf';
}

export const infiniteCountsSchema = z.array(z.strictObject({ name: z.string(), infinite: z.int() }));
export type InfiniteCounts = z.infer<typeof infiniteCountsSchema>;

/** Columns whose numbers the run uses and which have infinite ones among them. */
export function infiniteColumns(
  { features }: Pick<TrainingSpec, 'features'>,
  columns: readonly ColumnProfile[],
  rowsKept: number,
): string[] {
  const used = usedAsNumbers(features);
  return columns
    .filter(
      (column) => used.has(column.name) && hasInfinite(column) && unmeasuredNumbers(column, rowsKept) > 0,
    )
    .map(({ name }) => name);
}

/** Counts in the view `rows`: a number as 1e300 is measured as little as an infinite one, and is no missing one. */
export async function countInfinite(
  database: Database,
  columns: readonly { name: string; internal: string }[],
  names: readonly string[],
): Promise<InfiniteCounts> {
  const counted = names.map(
    (name, i) => `count(*) FILTER (isinf(CAST(${internalName(columns, name)} AS DOUBLE))) AS n${i}`,
  );
  const counts = await database.counts(`SELECT ${counted.join(', ')} FROM rows`);
  return names.map((name, i) => ({ name, infinite: counts[`n${i}`] ?? 0 }));
}

/** A warning for each column that has infinite numbers. */
export function infiniteWarnings(counts: InfiniteCounts, rowsKept: number): RunWarning[] {
  return counts
    .filter(({ infinite }) => infinite > 0)
    .map(({ name, infinite }) =>
      runWarning(
        'infinite-values',
        `column "${name}" is infinite in ${whole(infinite)} of ${whole(rowsKept)} rows, which count as missing`,
        'correct the values at their source (a division by 0 is a likely one), or give them a number in dataset.sql, or drop the rows by dataset.where',
        { rows: rowsKept, infinite },
      ),
    );
}

function usedAsNumbers({ query, candidate, target }: TrainingSpec['features']): ReadonlySet<string> {
  const names = [...query, ...candidate].flatMap((feature) =>
    feature.transform === 'normalize' || feature.transform === 'bucketize' ? [feature.column] : [],
  );
  return new Set([...names, ...(target ? [target.column] : [])]);
}
