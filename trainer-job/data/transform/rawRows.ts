/** The values of rows as the data have them, for a model that encodes them by a transform of its own. */
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import type { DuckDBValue } from '@duckdb/node-api';
import type { SplitName } from '../encodedDataset.js';
import { internalName, textSql } from '../ingest/columns.js';
import { withRows, type IngestedRows } from './rowsOf.js';
import type { SplitRows } from './split/splitRows.js';

/** Rows whose values are the same are told of once. */
export interface RawRows {
  distinct: FeatureValues[];
  /** [rows] position in `distinct` of each row that was asked for. */
  index: Int32Array;
}

/**
 * `rows` are positions in the split, as encoded rows have them. Each value is the text that the transform reads of it, which encoders
 * take for what it writes: a number or a time as well. `folder` is for working files.
 */
export async function rawRows(
  ingested: IngestedRows,
  { rows: counts, place }: SplitRows,
  wanted: { split: SplitName; rows: Int32Array; columns: readonly string[] },
  folder: string,
): Promise<RawRows> {
  const { columns } = wanted;
  const first = { train: 0, validation: counts.train, test: counts.train + counts.validation }[wanted.split];
  const index = new Int32Array(wanted.rows.length);
  const distinct: FeatureValues[] = [];
  if (wanted.rows.length === 0) return { distinct, index };
  /** [rows of the split] which of those that were asked for it is, from 1; 0 for none. */
  const asked = new Int32Array(counts[wanted.split]);
  wanted.rows.forEach((row, i) => (asked[row] = i + 1));
  const known = new Map<string, number>();
  const take = (values: readonly DuckDBValue[]): number => {
    const texts = values.map((value) => (value === null ? null : String(value)));
    const key = JSON.stringify(texts);
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, distinct.length);
    return distinct.push(Object.fromEntries(columns.map((column, c) => [column, texts[c]!]))) - 1;
  };
  const values = columns.map((column) => textSql(internalName(ingested.outcome.columns, column)));
  const sql = `SELECT ${['n', ...values].join(', ')} FROM rows`;
  await withRows(ingested, folder, (database) =>
    database.scan(sql, ([n = [], ...of]) => {
      n.forEach((row, i) => {
        const at = place[row as number]! - first;
        const which = at >= 0 && at < asked.length ? asked[at]! : 0;
        if (which > 0) index[which - 1] = take(of.map((column) => column[i]!));
      });
    }),
  );
  // Where a row was asked for twice, its last place was filled.
  wanted.rows.forEach((row, i) => (index[i] = index[asked[row]! - 1]!));
  return { distinct, index };
}
