/** Lines of a CSV that hold the names of its columns once more: what is left where files were put together with their headers. */
import type { Dataset } from '@trainyard/shared';
import { blanksTrimmed } from './columns.js';
import { literal, type Database } from '../database.js';
import { TrainerError } from '../../errors/trainerError.js';

interface TextColumn {
  name: string;
  internal: string;
  /** The name in the file. */
  written: string;
}

/** More of a wide table need not be compared to be certain. */
const MOST_COMPARED = 20;
/** So many ways to write a header are named in the remedy. */
const MOST_SPELLINGS = 5;

/**
 * Fails with a `TrainerError` where rows that were kept hold the name of each column in it, whatever its letter case. Rows are compared in the columns of
 * `rows`, the path of a Parquet file, that are texts as the source has them; of a single one that proves nothing.
 */
export async function checkRepeatedHeader(
  database: Database,
  dataset: Dataset,
  columns: readonly { name: string; internal: string; type: string }[],
  rows: string,
): Promise<void> {
  const texts = textColumns(dataset, columns);
  const [first] = texts;
  if (!first || texts.length < 2) return;
  const isHeader = texts.map(
    ({ internal, written }) => `lower(${blanksTrimmed(internal)}) = ${literal(written.trim().toLowerCase())}`,
  );
  const found = `FROM read_parquet(${literal(rows)}) WHERE ${isHeader.join(' AND ')}`;
  const { n = 0 } = await database.counts(`SELECT count(*) AS n ${found}`);
  if (n === 0) return;
  // A condition compares texts as they are written, letter case and blanks included.
  const spellings = await database.rows(
    `SELECT DISTINCT ${first.internal} AS value ${found} ORDER BY 1 LIMIT ${MOST_SPELLINGS}`,
  );
  throw repeatedHeader(
    dataset,
    n,
    texts,
    spellings.map(({ value }) => String(value)),
  );
}

function textColumns(
  { columns: cleaning, joins, derive, rename }: Dataset,
  columns: readonly { name: string; internal: string; type: string }[],
): TextColumn[] {
  const made = new Set([
    ...joins.flatMap(({ columns: brought }) => Object.keys(brought)),
    ...derive.map(({ name }) => name),
  ]);
  return columns
    .filter(({ name, type }) => type === 'VARCHAR' && cleaning[name]?.cast === undefined && !made.has(name))
    .slice(0, MOST_COMPARED)
    .map(({ name, internal }) => ({ name, internal, written: rename[name] ?? name }));
}

function repeatedHeader(
  { source }: Dataset,
  rows: number,
  columns: readonly TextColumn[],
  spellings: readonly string[],
): TrainerError {
  const names = columns.slice(0, 5).map(({ written }) => `"${written}"`);
  const name = JSON.stringify(columns[0]?.name);
  const conditions = spellings.map(
    (value) => `{"column": ${name}, "is": "notEqual", "value": ${JSON.stringify(value)}}`,
  );
  const unread = source.csv?.header === false ? 'set dataset.source.csv.header to true, ' : '';
  return new TrainerError(
    'repeated-header',
    `${rows} ${rows === 1 ? 'row holds' : 'rows hold'} the names of the columns (${names.join(', ')}${columns.length > 5 ? ', …' : ''}) instead of values`,
    `${unread}remove ${rows === 1 ? 'this line' : 'these lines'}, or drop ${rows === 1 ? 'it' : 'them'} with ${conditions.length === 1 ? 'the condition' : 'the conditions'} ${conditions.join(', ')} in dataset.where`,
    { stage: 'ingest' },
  );
}
