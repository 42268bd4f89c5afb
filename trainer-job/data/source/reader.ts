/** SQL that reads files. */
import type { SourceFiles } from './source.js';
import { identifier, literal } from '../database.js';

/**
 * CSV as RFC 4180 has it, or as the specification says. Left to guess, DuckDB takes lines that begin with "#" for comments
 * and lines that do not fit for a preamble, and drops them without a word.
 */
function csvOptions({ csv, delimiter }: Pick<SourceFiles, 'csv' | 'delimiter'>, columns: string): string {
  const { quote, escape, header, nullTexts, skipLines } = csv;
  const nulls = nullTexts.map((text) => literal(text)).join(', ');
  return [
    `delim = ${literal(delimiter)}`,
    `header = ${header}`,
    columns,
    `skip = ${skipLines}`,
    `quote = ${literal(quote)}`,
    `escape = ${literal(escape ?? quote)}`,
    `nullstr = [${nulls}]`,
    `comment = ''`,
    'strict_mode = true',
    'max_line_size = 10000000',
  ].join(', ');
}

/** A CSV of so many columns, whatever they are called: what is wrong with it has a line then. */
export function plainCsvReaderOf(
  source: Pick<SourceFiles, 'files' | 'csv' | 'delimiter'>,
  columns: number,
): string {
  const types = Array.from({ length: columns }, (_, i) => `c${i}: 'VARCHAR'`);
  return `read_csv(${pathsOf(source)}, ${csvOptions(source, `auto_detect = false, columns = {${types.join(', ')}}`)})`;
}

/**
 * The reader's SQL expression. Text of CSV stays text: an id such as 00123 keeps its zeros. `jsonTypes` are the types of
 * the columns to read of JSON lines, all and guessed unless given. With `byName` files may have different columns, and those of
 * different types are read as what holds all.
 */
export function readerOf(
  source: Pick<SourceFiles, 'files' | 'csv' | 'delimiter'>,
  format: 'parquet' | 'csv' | 'jsonl',
  { jsonTypes, byName = false }: { jsonTypes?: Record<string, string>; byName?: boolean } = {},
): string {
  const list = `${pathsOf(source)}${byName ? ', union_by_name = true' : ''}`;
  switch (format) {
    case 'parquet':
      return `read_parquet(${list})`;
    case 'csv': {
      const { columns } = source.csv;
      const names = columns ? `names = [${columns.map((name) => literal(name)).join(', ')}], ` : '';
      return `read_csv(${list}, ${csvOptions(source, `${names}all_varchar = true`)})`;
    }
    case 'jsonl': {
      const types = Object.entries(jsonTypes ?? {}).map(
        ([name, type]) => `${literal(name)}: ${literal(type)}`,
      );
      const typing = jsonTypes
        ? `columns = {${types.join(', ')}}`
        : 'sample_size = -1, maximum_sample_files = 1000000';
      return `read_json(${list}, format = 'newline_delimited', records = true, ${typing})`;
    }
  }
}

/** JSON lines by the keys of their columns, each of which is taken out of the text of its line: for keys that differ in letter case alone. */
export function jsonReaderByKey(
  source: Pick<SourceFiles, 'files'>,
  columns: readonly { name: string; key: string; type: string }[],
): string {
  const selected = columns.map(({ name, key, type }) => {
    const pointer = literal(`/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    const value =
      type === 'VARCHAR'
        ? `json_extract_string(line, ${pointer})`
        : `CAST(json_extract(line, ${pointer}) AS ${type})`;
    return `${value} AS ${identifier(name)}`;
  });
  return `(SELECT ${selected.join(', ')} FROM ${jsonLinesOf(source)})`;
}

/** Each line of JSON lines as it is, in a column `line`. */
export function jsonLinesOf(source: Pick<SourceFiles, 'files'>): string {
  return `(SELECT json AS line FROM read_json_objects(${pathsOf(source)}, format = 'newline_delimited'))`;
}

function pathsOf({ files }: Pick<SourceFiles, 'files'>): string {
  return `[${files.map((file) => literal(asPattern(file))).join(', ')}], hive_partitioning = false`;
}

/** DuckDB takes every path for a pattern; this one matches the file of that name alone. */
export function asPattern(file: string): string {
  return file.replace(/[*?[]/g, '[$&]');
}
