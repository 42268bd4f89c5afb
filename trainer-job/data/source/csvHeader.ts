/** What the first line of a CSV says: how its columns are parted, and what they are called. */
import type { CsvDialect } from '@trainyard/shared';
import { bytesOf } from './gunzip.js';
import { TrainerError } from '../../errors/trainerError.js';

export interface CsvHeader {
  delimiter: string;
  /** Names that two columns have, each once: which of the two is meant cannot be told. */
  repeated: string[];
  /** How many the line has. */
  fields: number;
}

/** Fails with a `TrainerError` where the file does not begin with a header, or is no gzip file although its ending says so. */
export async function readCsvHeader(file: string, csv: CsvDialect): Promise<CsvHeader> {
  const line = await lineAt(file, csv.skipLines);
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
  const delimiter = csv.delimiter ?? delimiterOf(line, csv.quote);
  const fields = fieldsOf(line, delimiter, csv.quote);
  const names = csv.columns ?? fields;
  return {
    delimiter,
    repeated: [...new Set(names.filter((name, i) => names.indexOf(name) < i))],
    fields: fields.length,
  };
}

/** The one of the usual delimiters that the header has most of, but for those in names that are quoted. */
function delimiterOf(header: string, quote: string): string {
  const count = (delimiter: string) => fieldsOf(header, delimiter, quote).length;
  return [',', ';', '\t', '|'].reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** Without their quotes and the blanks around them. */
function fieldsOf(line: string, delimiter: string, quote: string): string[] {
  const fields = [''];
  let quoted = false;
  for (const character of line) {
    if (character === quote) quoted = !quoted;
    else if (character === delimiter && !quoted) fields.push('');
    else fields[fields.length - 1] += character;
  }
  return fields.map((field) => field.trim());
}

/** The line behind `skipped` others, without a byte order mark. */
async function lineAt(file: string, skipped: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bytesOf(file)) {
    text += decoder.decode(chunk, { stream: true });
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
