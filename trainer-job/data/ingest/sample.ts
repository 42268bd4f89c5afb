import type { Sample } from '@trainyard/shared';
import { textSql } from './columns.js';
import { identifier, literal } from '../database.js';

/** The first 48 bits of a digest, as many as any number here holds. */
const BITS = 48;

/**
 * SQL that is true for a share of the rows: those whose digest, of the seed and of what they hold in the columns `names` as they
 * are in the source, is below the share. The same in every version of DuckDB: md5 and texts do not change.
 */
export function sampledSql(
  { share, seed }: Pick<Sample, 'share' | 'seed'>,
  names: readonly string[],
): string {
  // Lengths part the texts: ("a", "bc") is not ("ab", "c"), and null is not "".
  const parts = names.map((name) => {
    const text = textSql(identifier(name));
    return `coalesce(length(${text}) || ':' || ${text}, '-')`;
  });
  const digest = `md5(concat(${[literal(String(seed)), ...parts].join(`, ',', `)}))`;
  const limit = Math.floor(share * 2 ** BITS);
  return `(('0x' || left(${digest}, ${BITS / 4}))::BIGINT < ${limit})`;
}

/**
 * SQL that is true for the rows whose value in the column `by` is in the share. `ofRow` is true for the row where it is drawn by
 * itself, which decides on rows without a value.
 */
export function sampledByValueSql(sample: Pick<Sample, 'share' | 'seed'>, by: string, ofRow: string): string {
  return `CASE WHEN ${identifier(by)} IS NULL THEN ${ofRow} ELSE ${sampledSql(sample, [by])} END`;
}
