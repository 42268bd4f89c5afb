/** What the first line of a CSV says: how its columns are parted, and what they are called. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from '../dataError.js';

export interface CsvHeader {
  delimiter: string;
  /** Names that two columns have, each once: which of the two is meant cannot be told. */
  repeated: string[];
}

/** Fails with a `DataError` where the file does not begin with a header, or is no gzip file although its ending says so. */
export async function readCsvHeader(file: string): Promise<CsvHeader> {
  const line = await firstLine(file);
  // DuckDB would skip an empty line and take the header for a row.
  if (line.trim() === '') {
    throw new DataError(
      'ingest',
      'no-header',
      `${file} begins with an empty line instead of the names of its columns`,
      'begin the file with a line of column names',
    );
  }
  const delimiter = delimiterOf(line);
  const names = fieldsOf(line, delimiter);
  return { delimiter, repeated: [...new Set(names.filter((name, i) => names.indexOf(name) < i))] };
}

/** The one of the usual delimiters that the header has most of. */
function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length;
  return [',', ';', '\t', '|'].reduce((best, next) => (count(next) > count(best) ? next : best));
}

/** Without their quotes and the blanks around them. */
function fieldsOf(line: string, delimiter: string): string[] {
  const fields = [''];
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) fields.push('');
    else fields[fields.length - 1] += character;
  }
  return fields.map((field) => field.trim());
}

/** Without a byte order mark; the beginning of a line beyond a megabyte. */
async function firstLine(file: string): Promise<string> {
  const bytes = createReadStream(file, { highWaterMark: 1 << 16 });
  // The reader of the lines below hears of every error; the callback is also told that it stops early.
  const text = file.endsWith('.gz') ? pipeline(bytes, createGunzip(), () => undefined) : bytes;
  const decoder = new TextDecoder();
  let line = '';
  try {
    for await (const chunk of text) {
      line += decoder.decode(chunk as Buffer, { stream: true });
      if (/[\r\n]/.test(line) || line.length > 1 << 20) break;
    }
  } catch (error) {
    if (!isBadGzip(error)) throw error;
    throw new DataError(
      'ingest',
      'unreadable-source',
      `${file} cannot be read as gzip: ${error.message}`,
      'compress the file again, or take .gz from its name if it is not compressed',
      error,
    );
  }
  return line.split(/[\r\n]/, 1)[0] ?? '';
}

function isBadGzip(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
