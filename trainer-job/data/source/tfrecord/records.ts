/** Record files of TensorFlow: for each record its length, the sum of that, its bytes, the sum of those. */
import { bytesOf } from '../gunzip.js';
import { maskedCrc32c } from './crc32c.js';
import { TrainerError } from '../../../errors/trainerError.js';

/** A record of a table is a few hundred bytes. What says it is longer than this is refused before memory is taken for it. */
const LONGEST_RECORD = 256 * 1024 * 1024;
/** uint64 length and uint32 sum. */
const HEADER = 12;
const FOOTER = 4;

/**
 * The records of a file, plain or `.gz`, a batch for each piece that was read. Fails with a `TrainerError` for a wrong sum, a file
 * that ends early, or a length beyond 256 MB.
 */
export async function* recordsOf(file: string): AsyncGenerator<Buffer[]> {
  let pieces: Buffer[] = [];
  let have = 0;
  let need = HEADER;
  let number = 0;
  for await (const chunk of bytesOf(file)) {
    pieces.push(chunk);
    have += chunk.length;
    if (have < need) continue;
    const bytes = pieces.length === 1 ? chunk : Buffer.concat(pieces);
    const records: Buffer[] = [];
    let at = 0;
    for (;;) {
      need = HEADER;
      if (have - at < need) break;
      need = HEADER + lengthAt(bytes, at, file, number + 1) + FOOTER;
      if (have - at < need) break;
      number++;
      records.push(recordAt(bytes, at, need, file, number));
      at += need;
    }
    if (records.length > 0) yield records;
    pieces = [bytes.subarray(at)];
    have -= at;
  }
  if (have > 0) throw damaged(file, number + 1, 'the file ends in the middle of it');
}

function lengthAt(bytes: Buffer, at: number, file: string, number: number): number {
  if (bytes.readUInt32LE(at + 8) !== maskedCrc32c(bytes, at, at + 8)) {
    const isGzip = number === 1 && bytes.readUInt16BE(at) === 0x1f8b;
    throw damaged(
      file,
      number,
      isGzip ? 'it is compressed, but its name does not end in .gz' : 'the CRC of its length is wrong',
    );
  }
  const length = bytes.readBigUInt64LE(at);
  if (length > LONGEST_RECORD) {
    throw damaged(file, number, `it says that it has ${length} bytes; at most ${LONGEST_RECORD} are read`);
  }
  return Number(length);
}

function recordAt(bytes: Buffer, at: number, size: number, file: string, number: number): Buffer {
  const end = at + size - FOOTER;
  if (bytes.readUInt32LE(end) !== maskedCrc32c(bytes, at + HEADER, end)) {
    throw damaged(file, number, 'the CRC of its data is wrong');
  }
  return bytes.subarray(at + HEADER, end);
}

export function damaged(file: string, record: number, what: string): TrainerError {
  return new TrainerError(
    'unreadable-source',
    `${file} cannot be read as tfrecord: record ${record}: ${what}`,
    'write the file again with tf.io.TFRecordWriter, or name the right dataset.source.format',
    { stage: 'ingest' },
  );
}
