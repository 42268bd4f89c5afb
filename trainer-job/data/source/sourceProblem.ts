/** What DuckDB says of a source that it cannot read, as a `TrainerError`: the file, the line, and the setting that mends it. */
import type { SourceFormat } from '@trainyard/shared';
import { dataLimits } from '../../settings/limits.js';
import type { SourceFiles } from './source.js';
import { TrainerError } from '../../errors/trainerError.js';

/** What to do about a file that cannot be read. */
const REMEDIES: Record<SourceFormat, string> = {
  parquet: 'write the file again',
  csv: 'give every row as many fields as the header, close every quote and double those inside a field, end all lines alike, and write the text as UTF-8',
  jsonl: 'write one JSON object to a line, as UTF-8',
  tfrecord: 'write the file again with tf.io.TFRecordWriter',
};

interface Reason {
  is: string;
  remedy: string;
}

/** Gives what DuckDB says while it reads a source the form of a `TrainerError`. */
export async function reading<T>(source: SourceFiles, read: () => Promise<T>, columns?: number): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TrainerError) throw error;
    const message = withOriginals(error instanceof Error ? error.message : String(error), source);
    if (/^Out of Memory Error/i.test(message) && columns !== undefined && columns > MANY_COLUMNS) {
      throw tooWide(columns, error);
    }
    // The machine's fault, not the data's: another try may go well.
    if (/^Out of Memory Error|No space left on device/i.test(message)) throw error;
    const { is, remedy } = reasonOf(message, source);
    throw new TrainerError(
      'unreadable-source',
      `${fileOf(message, source)} cannot be read as ${source.format}: ${is}`.slice(0, 1000),
      remedy,
      { stage: 'ingest', cause: error },
    );
  }
}

function withOriginals(message: string, { originals }: SourceFiles): string {
  return [...originals].reduce((text, [copy, original]) => text.replaceAll(copy, original), message);
}

/** The file that a message is of; of several that it does not name, how many they are. */
function fileOf(message: string, { files, originals }: SourceFiles): string {
  const named = files
    .map((file) => originals.get(file) ?? file)
    .filter((file) => message.includes(file))
    .toSorted((a, b) => message.indexOf(a) - message.indexOf(b) || b.length - a.length);
  // What the rows are compared with stands before the file that differs.
  const current = named.find(
    (file) => message.includes(`Current file: ${file}`) || message.includes(`file = ${file}\n`),
  );
  const found = current ?? named[0];
  if (found !== undefined) return found;
  const [first = 'the source'] = files;
  return files.length < 2
    ? (originals.get(first) ?? first)
    : `one of the ${files.length} files from ${originals.get(first) ?? first} on`;
}

/** Each column that is written holds half a megabyte, however few the rows. */
const MANY_COLUMNS = 500;

function tooWide(columns: number, cause: unknown): TrainerError {
  const { memoryMegabytes } = dataLimits();
  return new TrainerError(
    'too-many-columns',
    `${columns} columns are to be brought, and ${memoryMegabytes} MB of memory are not enough for so many at once`,
    'name the columns that are needed in dataset.select, or raise TRAINYARD_MEMORY_MB',
    { stage: 'ingest', cause },
  );
}

/** Without the data that DuckDB quotes. */
function reasonOf(message: string, source: SourceFiles): Reason {
  return (
    (source.format === 'csv' ? csvReason(message, source) : undefined) ?? {
      is: firstLine(message),
      remedy: `${REMEDIES[source.format]}; or name the right dataset.source.format`,
    }
  );
}

function csvReason(message: string, { csv, delimiter }: SourceFiles): Reason | undefined {
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  const at = line === undefined ? '' : `line ${line}: `;
  if (/state machine reached an invalid state/i.test(message)) {
    return {
      is: 'its lines do not all end alike: some in CR LF, as on Windows, and some in LF or CR alone',
      remedy: 'end all lines alike (dos2unix, or mac2unix, does it)',
    };
  }
  if (/unterminated quote/i.test(message)) {
    return {
      is: `${at}a field begins with ${csv.quote} and has no end that its rules allow`,
      remedy: `close the quote and double those inside the field; where another character stands before quotes inside a field, set dataset.source.csv.escape to it, such as "\\\\"; where quotes mean nothing, set dataset.source.csv.quote to ""`,
    };
  }
  const fields = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (fields) {
    return {
      is: `${at}it has ${fields[2]} fields instead of ${fields[1]}, parted by ${JSON.stringify(delimiter)}`,
      remedy:
        'give every row as many fields as the header, and quote fields that hold the delimiter; or correct dataset.source.csv.delimiter, quote or columns; where lines that are no table come first, set dataset.source.csv.skipLines to how many',
    };
  }
  if (/Invalid unicode/i.test(message)) {
    return {
      is: `${at}it is not UTF-8`,
      remedy:
        'set dataset.source.csv.encoding, to "windows-1252" for most files from Windows and Excel or to "latin-1", or write the file as UTF-8',
    };
  }
  if (/sniffing file|detect the CSV parsing dialect/i.test(message)) {
    const tried =
      csv.delimiter === undefined
        ? `a comma, a semicolon, a tab and | were tried as the delimiter, and ${JSON.stringify(delimiter)} was taken`
        : `the delimiter is ${JSON.stringify(delimiter)}`;
    return {
      is: `its rows do not fit its first line; ${tried}, with ${csv.quote === '' ? 'no quotes' : `${csv.quote} for quotes`}`,
      remedy: `set dataset.source.csv.delimiter, quote or escape; or ${REMEDIES.csv}`,
    };
  }
  const size = /Maximum line size[^\n]*/.exec(message)?.[0];
  return size === undefined
    ? undefined
    : {
        is: `${at}${size}`,
        remedy: 'end lines where rows end, close every quote, and leave out what is too long',
      };
}

function firstLine(message: string): string {
  const [first = ''] = message.split('\n');
  const detail = /^(Invalid unicode|Maximum line size)[^\n]*/m;
  const reason = first
    .replace(/Object \{.*\} has/, 'object has')
    .replace(/(but got \w+): .*/, '$1')
    .replace(
      'json_read expected records, but got non-record JSON instead',
      'no line, or not every line, is an object',
    )
    .replace(/(could not convert \w+) '.*'/i, '$1');
  return [reason, detail.exec(message)?.[0]].filter(Boolean).join(' ');
}
