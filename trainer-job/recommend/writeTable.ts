import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { literal, type Database } from '../data/database.js';
import { asPattern } from '../data/source/reader.js';
import { TrainerError } from '../errors/trainerError.js';
import type { BatchRequest } from './batchRequest.js';

const FORMATS: Readonly<Record<string, string>> = {
  parquet: 'FORMAT parquet, COMPRESSION zstd',
  jsonl: 'FORMAT json, ARRAY false',
  ndjson: 'FORMAT json, ARRAY false',
};

/** What DuckDB writes a file of this name as. Fails with a `TrainerError` for an ending that says no format. */
export function formatOf(out: string): string {
  const ending = /\.([^./\\]+)$/.exec(out)?.[1]?.toLowerCase() ?? '';
  const format = Object.hasOwn(FORMATS, ending) ? FORMATS[ending] : undefined;
  if (format !== undefined) return format;
  throw new TrainerError(
    'invalid-settings',
    `the lists are to be written to ${out}, whose ending says no format`,
    'end it in .parquet, .jsonl or .ndjson',
  );
}

/**
 * Writes the lists of all blocks as a table, a row an item of a list, in the order of the queries and of the ranks; returns how many
 * rows there are. The file appears whole or not at all.
 */
export async function writeTable(
  database: Database,
  blocks: readonly string[],
  { lists, out, queries }: Pick<BatchRequest, 'lists' | 'out' | 'queries'>,
  version: string | null,
): Promise<number> {
  const unfinished = `${out}.part`;
  await makeFolder(dirname(out));
  await rm(unfinished, { force: true });
  const [whose, found] =
    lists === 'similarItems'
      ? ['"of" AS item', 'found AS similar_item']
      : ['"of" AS "user"', 'found AS item'];
  const columns = [
    // Of a file, a user may stand in several rows.
    ...(queries ? ['n + 1 AS query'] : []),
    whose,
    'CAST(rank AS INTEGER) AS rank',
    found,
    'score',
    `${version === null ? 'NULL::VARCHAR' : literal(version)} AS model_version`,
  ];
  const rows = `SELECT n, "of", unnest(range(1, len(items) + 1)) AS rank, unnest(items) AS found, unnest(scores) AS score FROM ${linesSql(blocks)}`;
  try {
    await database.run(
      `COPY (SELECT ${columns.join(', ')} FROM (${rows}) ) TO ${literal(unfinished)} (${formatOf(out)})`,
    );
    const reader = formatOf(out).includes('parquet') ? 'read_parquet' : 'read_json';
    const { rows: count = 0 } = await database.counts(
      `SELECT count(*) AS rows FROM ${reader}(${literal(asPattern(unfinished))})`,
    );
    await rename(unfinished, out);
    return count;
  } catch (error) {
    // Where the disk is full, it takes the room that the next try needs.
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** The lines of all blocks, as a table. */
export function linesSql(blocks: readonly string[]): string {
  if (blocks.length === 0) {
    return `(SELECT 0::BIGINT AS n, ''::VARCHAR AS "of", []::VARCHAR[] AS items, []::DOUBLE[] AS scores, ''::VARCHAR AS refused WHERE false)`;
  }
  return `read_json([${blocks.map((path) => literal(asPattern(path))).join(', ')}], format = 'newline_delimited', maximum_object_size = 268435456,
          columns = {n: 'BIGINT', "of": 'VARCHAR', items: 'VARCHAR[]', scores: 'DOUBLE[]', refused: 'VARCHAR'})`;
}

/** How many queries of all blocks the recommender has refused, and the first of them with the reasons, in order. */
export async function refusedQueries(
  database: Database,
  blocks: readonly string[],
  most: number,
): Promise<{ count: number; first: { query: number; why: string }[] }> {
  const lines = `FROM ${linesSql(blocks)} WHERE refused IS NOT NULL`;
  const { count = 0 } = await database.counts(`SELECT count(*) AS count ${lines}`);
  if (count === 0) return { count, first: [] };
  const first = await database.rows(
    `SELECT n + 1 AS query, refused AS why ${lines} ORDER BY n LIMIT ${most}`,
  );
  return { count, first: first.map(({ query, why }) => ({ query: Number(query), why: String(why) })) };
}
