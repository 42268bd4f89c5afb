/** What the first line of a CSV says: how its columns are parted, and what they are called. */
import type { CsvDialect } from '@trainyard/shared';
import { textOf, type TextEncoding } from './encoding.js';
import { TrainerError } from '../../errors/trainerError.js';

export interface CsvHeader {
  delimiter: string;
  /** Names that two columns have, each once: which of the two is meant cannot be told. */
  repeated: string[];
  /** How many the line has. */
  fields: number;
  /** As the line has them, where it has the names. */
  names: string[];
}

/** Fails with a `TrainerError` where the file does not begin with a header, or is no gzip file although its ending says so. */
export async function readCsvHeader(
  file: string,
  csv: CsvDialect,
  encoding: TextEncoding,
): Promise<CsvHeader> {
  const line = await lineAt(file, csv.skipLines, encoding);
  // DuckDB would skip an empty line and take what follows for the header.
  if (line.trim() === '') {
    const place = csv.skipLines === 0 ? 'begins with' : `has behind its first ${csv.skipLines} lines`;
    throw new TrainerError(
      'no-header',
      `${file} ${place} an empty line instead of ${csv.header ? 'the names of its columns' : 'a row'}`,
      csv.header ? 'begin the file with a line of column names' : 'remove empty lines before the rows',
      { stage: 'ingest' },
    );
  }
  const delimiter = csv.delimiter ?? delimiterOf(file, line, csv.quote);
  const fields = fieldsOf(line, delimiter, csv.quote);
  const names = csv.columns ?? fields;
  if (csv.delimiter === undefined && csv.columns && csv.columns.length > 1 && fields.length === 1) {
    throw noDelimiter(file, line, csv.columns.length);
  }
  if (csv.delimiter === undefined && csv.columns?.length !== fields.length && isDoubled(fields, delimiter))
    throw doubledDelimiter(file, line, delimiter, csv.quote);
  return {
    delimiter,
    repeated: [...new Set(names.filter((name, i) => names.indexOf(name) < i))],
    fields: fields.length,
    names: csv.header ? fields : [],
  };
}

/** The one of the usual delimiters that the header has most of, but for those in names that are quoted. */
function delimiterOf(file: string, header: string, quote: string): string {
  const count = (delimiter: string) => fieldsOf(header, delimiter, quote).length;
  if (/\.tsv(\.gz)?$/i.test(file) && count('\t') > 1) return '\t';
  return [',', ';', '\t', '|'].reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** Whether names are more likely the values of a row: a column is hardly called 3.5, or by a day. */
export function isLikeRow(names: Iterable<string>): boolean {
  return [...names].some((name) => /^\s*([+-]?\d+([.,]\d+)?|\d{4}-\d\d-\d\d.*)\s*$/u.test(name));
}

/** What people part columns with besides the usual delimiters. */
export const UNUSUAL_DELIMITERS = ['::', '||', '|~|', '^', '~', ' ', ':', '\u0001', ' +++$+++ '];

function noDelimiter(file: string, line: string, columns: number): TrainerError {
  const meant = UNUSUAL_DELIMITERS.find((delimiter) => fieldsOf(line, delimiter, '').length === columns);
  return new TrainerError(
    'no-delimiter',
    `no delimiter is found in the first line of ${file}: a comma, a semicolon, a tab and | were tried, and dataset.source.csv.columns names ${columns} columns`,
    `set dataset.source.csv.delimiter to what stands between the columns${meant === undefined ? '' : `; ${JSON.stringify(meant)} would give ${columns}`}`,
    { stage: 'ingest' },
  );
}

/** Whether every other field is empty: then the delimiter stands twice between any two columns. One name alone may well be missing. */
function isDoubled(fields: readonly string[], delimiter: string): boolean {
  return (
    fields.length > (delimiter === '|' ? 2 : 4) &&
    fields.length % 2 === 1 &&
    fields.every((field, i) => (field === '') === (i % 2 === 1))
  );
}

function doubledDelimiter(file: string, line: string, delimiter: string, quote: string): TrainerError {
  const meant = JSON.stringify(delimiter.repeat(2));
  const columns = fieldsOf(line, delimiter.repeat(2), quote).length;
  return new TrainerError(
    'no-delimiter',
    `the columns of ${file} seem to be parted by ${meant}: parted by ${JSON.stringify(delimiter)}, every other column of its first line is empty`,
    `set dataset.source.csv.delimiter to ${meant}, which gives ${columns} columns, or to ${JSON.stringify(delimiter)} if the empty columns are meant`,
    { stage: 'ingest' },
  );
}

/** Without their quotes and the blanks around them. */
function fieldsOf(line: string, delimiter: string, quote: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === quote) quoted = !quoted;
    else if (!quoted && line.startsWith(delimiter, at)) {
      fields.push(field);
      field = '';
      at += delimiter.length - 1;
    } else field += character;
  }
  return [...fields, field].map((one) => one.trim());
}

/** The line behind `skipped` others, without a byte order mark. */
async function lineAt(file: string, skipped: number, encoding: TextEncoding): Promise<string> {
  let text = '';
  // What is no text in that encoding has a line where the rows are read.
  for await (const piece of textOf(file, encoding, { lenient: true })) {
    text += piece;
    if (text.split(LINE_END, skipped + 2).length > skipped + 1) break;
    if (text.length > LONGEST_BEGINNING) throw noLine(file);
  }
  return text.split(LINE_END, skipped + 1)[skipped] ?? '';
}

function noLine(file: string): TrainerError {
  return new TrainerError(
    'unreadable-source',
    `${file} cannot be read as csv: its first line does not end within ${LONGEST_BEGINNING} characters`,
    'begin the file with a line of column names, or name the right dataset.source.format',
    { stage: 'ingest' },
  );
}

/** What is read, at most, to find the first line. */
const LONGEST_BEGINNING = 1 << 22;
const LINE_END = /\r\n|\r|\n/;
