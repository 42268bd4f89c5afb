/** Numbers that are infinite: a feature or a target that is taken as a number has none there. */
import { runWarning, type RunWarning, type TrainingSpec } from '@trainyard/shared';
import { basicType } from './profile/columnSql.js';
import type { ColumnProfile } from './profile/profile.js';

/** Values of a column of numbers that no statistics are made of, since they are infinite or their squares would be. */
export function unmeasuredNumbers({ type, nulls, measured }: ColumnProfile, rowsKept: number): number {
  return basicType(type) === 'number' ? rowsKept - nulls - (measured?.rows ?? 0) : 0;
}

/** Infinite values are the ends of a column that has them. */
export function hasInfinite({ min, max }: ColumnProfile): boolean {
  return min === '-inf' || max === 'inf';
}

/** A warning for each column whose numbers the run uses and which has infinite ones among them. */
export function infiniteWarnings(
  { features }: Pick<TrainingSpec, 'features'>,
  columns: readonly ColumnProfile[],
  rowsKept: number,
): RunWarning[] {
  const used = usedAsNumbers(features);
  return columns
    .filter((column) => used.has(column.name) && hasInfinite(column))
    .map((column) => ({ name: column.name, infinite: unmeasuredNumbers(column, rowsKept) }))
    .filter(({ infinite }) => infinite > 0)
    .map(({ name, infinite }) =>
      runWarning(
        'infinite-values',
        `column "${name}" is infinite in ${infinite.toLocaleString('en-US')} of ${rowsKept.toLocaleString('en-US')} rows, which count as missing`,
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
