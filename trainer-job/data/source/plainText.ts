/** Text that DuckDB cannot read as it is, written anew for it: another encoding, or a delimiter that is too long. */
import { createWriteStream } from 'node:fs';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CsvDialect } from '@trainyard/shared';
import { encodingName, hasUtf8Mark, textOf, type TextEncoding } from './encoding.js';
import { bytesOf } from './gunzip.js';
import type { SourceFiles } from './source.js';
import { TrainerError } from '../../errors/trainerError.js';

/** DuckDB's limit for a delimiter. */
const LONGEST_DELIMITER_BYTES = 4;
/** The unit separator of ASCII, which stands in no text that people write. */
const UNIT_SEPARATOR = '\u001f';

interface PlainText {
  source: SourceFiles;
  /** What was done, for the log. */
  notes: string[];
  /** Files that are all valid UTF-8, although the specification says another encoding. */
  doubtful: string[];
}

/** The files as text in UTF-8 with a short delimiter; what is not is copied into `folder` as a stream. */
export async function plainText(source: SourceFiles, folder: string): Promise<PlainText> {
  const isLong = Buffer.byteLength(source.delimiter) > LONGEST_DELIMITER_BYTES;
  const [files, notes, doubtful] = [[] as string[], [] as string[], [] as string[]];
  const writtenAs = new Map<string, string>();
  for (const [i, file] of source.files.entries()) {
    const encoding = source.encodings[i] ?? 'utf-8';
    // DuckDB reads JSON lines behind a byte order mark with one thread, and refuses them with several.
    const isMarked = source.format === 'jsonl' && (await hasUtf8Mark(file));
    if (encoding === 'utf-8' && !isLong && !isMarked) {
      files.push(file);
      continue;
    }
    const copy = join(folder, `${i}-${basename(file).replace(/\.gz$/, '').slice(-100)}`);
    await pipeline(
      Readable.from(isLong ? shortened(file, encoding, source) : textOf(file, encoding)),
      createWriteStream(copy),
    );
    files.push(copy);
    writtenAs.set(copy, file);
    const how = [
      ...(encoding === 'utf-8' ? [] : [`in ${encodingName(encoding)}`]),
      ...(isMarked ? ['behind a byte order mark'] : []),
      ...(isLong ? [`with the delimiter ${JSON.stringify(source.delimiter)}`] : []),
    ];
    notes.push(`${file} is written ${how.join(' and ')}, and is read by way of a copy in UTF-8`);
    if ((encoding === 'latin-1' || encoding === 'windows-1252') && (await isUtf8Throughout(file)))
      doubtful.push(file);
  }
  const delimiter = isLong ? UNIT_SEPARATOR : source.delimiter;
  return { source: { ...source, files, delimiter, originals: writtenAs }, notes, doubtful };
}

/** Whether a file has other characters than ASCII and all of them are UTF-8, which in another encoding hardly happens. */
async function isUtf8Throughout(file: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isAscii = true;
  try {
    for await (const chunk of bytesOf(file)) {
      isAscii &&= chunk.every((byte) => byte < 0x80);
      decoder.decode(chunk, { stream: true });
    }
    decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
  return !isAscii;
}

async function* shortened(
  file: string,
  encoding: TextEncoding,
  { delimiter, csv }: SourceFiles,
): AsyncGenerator<string> {
  const shortener = new DelimiterShortener(delimiter, csv);
  for await (const text of textOf(file, encoding)) {
    if (text.includes(UNIT_SEPARATOR)) throw hasSeparator(file, delimiter);
    yield shortener.next(text);
  }
  yield shortener.end();
}

function hasSeparator(file: string, delimiter: string): TrainerError {
  return new TrainerError(
    'unreadable-source',
    `${file} has the control character U+001F, which stands for the delimiter ${JSON.stringify(delimiter)} while the file is read`,
    'remove the character from the file, or write it with a delimiter of at most four bytes',
    { stage: 'ingest' },
  );
}

/** Replaces a delimiter outside quoted fields by one character, in text that comes in pieces. */
class DelimiterShortener {
  private rest = '';
  private isQuoted = false;
  private atFieldStart = true;
  private readonly escape: string;

  constructor(
    private readonly delimiter: string,
    private readonly csv: Pick<CsvDialect, 'quote' | 'escape'>,
  ) {
    this.escape = csv.escape ?? csv.quote;
  }

  /** What can be said of the text so far; the rest may be half a delimiter. */
  next(text: string): string {
    return this.replaced(this.rest + text, this.delimiter.length);
  }

  end(): string {
    return this.replaced(this.rest, 0);
  }

  private replaced(text: string, kept: number): string {
    const { delimiter, csv, escape } = this;
    let out = '';
    let copied = 0;
    let at = 0;
    const end = text.length - kept;
    while (at < end) {
      const character = text.charAt(at);
      if (this.isQuoted) {
        if (character === escape && this.isEscape(text, at)) at++;
        else if (character === csv.quote) this.isQuoted = false;
        at++;
      } else if (text.startsWith(delimiter, at)) {
        out += text.slice(copied, at) + UNIT_SEPARATOR;
        at += delimiter.length;
        copied = at;
        this.atFieldStart = true;
      } else {
        if (this.atFieldStart && character === csv.quote) this.isQuoted = true;
        this.atFieldStart = character === '\n' || character === '\r';
        at++;
      }
    }
    this.rest = text.slice(at);
    return out + text.slice(copied, at);
  }

  /** Whether the character at a place takes the meaning of the next one. */
  private isEscape(text: string, at: number): boolean {
    return this.escape !== this.csv.quote || text.charAt(at + 1) === this.csv.quote;
  }
}
