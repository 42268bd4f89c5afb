/** How the text of a file is written in bytes: as the specification says, or as its first bytes prove. */
import type { CsvDialect } from '@trainyard/shared';
import { bytesOf } from './gunzip.js';
import { TrainerError } from '../../errors/trainerError.js';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin-1' | 'windows-1252';

/** Enough of a file to see how its characters are written. */
const BEGINNING = 4096;
const MARKS: readonly { mark: readonly number[]; encoding: TextEncoding }[] = [
  { mark: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
];

/** Fails with a `TrainerError` where the file begins with the mark of another encoding than is said. */
export async function encodingOf(file: string, said?: CsvDialect['encoding']): Promise<TextEncoding> {
  const bytes = await beginningOf(file);
  const marked = MARKS.find(({ mark }) => mark.every((byte, i) => bytes[i] === byte))?.encoding;
  if (said === undefined) return marked ?? utf16Without(bytes) ?? 'utf-8';
  const encoding = said === 'utf-16' ? (utf16(marked) ?? utf16Without(bytes) ?? 'utf-16le') : said;
  if (marked !== undefined && marked !== encoding) throw otherMark(file, said, marked);
  return encoding;
}

/** Whether the file, plain or `.gz`, begins with the byte order mark of UTF-8. */
export async function hasUtf8Mark(file: string): Promise<boolean> {
  return (await beginningOf(file)).subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]));
}

/** As people know it. */
export function encodingName(encoding: TextEncoding): string {
  return {
    'utf-8': 'UTF-8',
    'utf-16le': 'UTF-16',
    'utf-16be': 'UTF-16 (big-endian)',
    'latin-1': 'latin-1',
    'windows-1252': 'windows-1252',
  }[encoding];
}

function utf16(encoding: TextEncoding | undefined): TextEncoding | undefined {
  return encoding === 'utf-8' ? undefined : encoding;
}

/** UTF-16 without a mark: every second byte of Latin letters, digits and signs is 0, and no text in UTF-8 has a 0 there. */
function utf16Without(bytes: Buffer): TextEncoding | undefined {
  const pairs = Math.floor(bytes.length / 2);
  let [first, second] = [0, 0];
  for (let i = 0; i < pairs; i++) {
    if (bytes[2 * i] === 0) first++;
    if (bytes[2 * i + 1] === 0) second++;
  }
  if (pairs < 2) return undefined;
  if (first === 0 && second * 2 > pairs) return 'utf-16le';
  if (second === 0 && first * 2 > pairs) return 'utf-16be';
  return undefined;
}

async function beginningOf(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytesOf(file)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= BEGINNING) break;
  }
  return Buffer.concat(chunks).subarray(0, BEGINNING);
}

function otherMark(file: string, said: string, marked: TextEncoding): TrainerError {
  return new TrainerError(
    'unreadable-source',
    `${file} begins with the mark of ${encodingName(marked)}, and dataset.source.csv.encoding is "${said}"`,
    'remove csv.encoding, for the mark says it, or write the file in the encoding that is said',
    { stage: 'ingest' },
  );
}

/**
 * The text of a file, plain or `.gz`, in pieces and without a byte order mark. Fails with a `TrainerError` for bytes that are no
 * text in that encoding, unless `lenient`.
 */
export async function* textOf(
  file: string,
  encoding: TextEncoding,
  { lenient = false } = {},
): AsyncGenerator<string> {
  // The standard takes the label latin1 for windows-1252.
  const decoder = encoding === 'latin-1' ? undefined : new TextDecoder(encoding, { fatal: !lenient });
  let characters = 0;
  for await (const chunk of bytesOf(file)) {
    const text = decoder ? decoded(decoder, file, encoding, characters, chunk) : chunk.toString('latin1');
    characters += text.length;
    yield text;
  }
  if (decoder) yield decoded(decoder, file, encoding, characters);
}

function decoded(
  decoder: InstanceType<typeof TextDecoder>,
  file: string,
  encoding: TextEncoding,
  before: number,
  chunk?: Buffer,
): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch (error) {
    throw new TrainerError(
      'unreadable-source',
      `${file} is not whole text in ${encodingName(encoding)}: a character after the first ${before} is none`,
      'write the file again, or name its encoding in dataset.source.csv.encoding',
      { stage: 'ingest', cause: error },
    );
  }
}
