import { DuckDBMapValue } from '@duckdb/node-api';
import type { Database } from '../../database.js';
import { doubleSql } from './columnSql.js';

export interface BinRequest {
  /** SQL of the measure, a DOUBLE. */
  measure: string;
  /** Ascending. */
  edges: readonly number[];
}

/** For each request the rows of each bin (see `binsSchema`), all in one pass over `rows`. */
export async function binCounts(database: Database, requests: readonly BinRequest[]): Promise<number[][]> {
  if (requests.length === 0) return [];
  const selected = requests.map(
    ({ measure, edges }, i) =>
      `histogram(${measure}, [${edges.map(doubleSql).join(', ')}]) AS h${i}, count(${measure}) AS n${i}`,
  );
  const [row = {}] = await database.rows(`SELECT ${selected.join(', ')} FROM rows`);
  return requests.map(({ edges }, i) => {
    const found = row[`h${i}`];
    // No map where no row has a measure; a last entry of its own for what lies above every edge, which `n` tells too.
    const entries = found instanceof DuckDBMapValue ? found.entries : [];
    const within = edges.map((_, bin) => Number(entries[bin]?.value ?? 0));
    return [...within, Number(row[`n${i}`]) - within.reduce((sum, count) => sum + count, 0)];
  });
}
