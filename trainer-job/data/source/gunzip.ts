/** Compressed files, inflated as a stream and not without end. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TrainerError } from '../../errors/trainerError.js';

/**
 * What a file may hold beyond its own size: tables seldom shrink to less than a fiftieth, and gzip cannot shrink anything to
 * less than a thousandth. A small file may be as regular as it likes.
 */
const MOST_TIMES = 400;
const ALWAYS_ALLOWED = 64 * 1024 * 1024;

/** The bytes of a file; of one that ends in `.gz`, those that were compressed. Fails with a `TrainerError` for what is no gzip. */
export async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  if (!file.endsWith('.gz')) {
    yield* createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
    return;
  }
  const { size } = await stat(file);
  const limit = Math.max(ALWAYS_ALLOWED, size * MOST_TIMES);
  // The loop below hears of every error; the callback is also told that it stops early.
  const inflated: Readable = pipeline(
    createReadStream(file, { highWaterMark: 1 << 18 }),
    createGunzip({ chunkSize: 1 << 20 }),
    () => undefined,
  );
  let total = 0;
  try {
    for await (const chunk of inflated as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > limit) throw inflatedTooFar(file, size, limit);
      yield chunk;
    }
  } catch (error) {
    throw isBadGzip(error) ? badGzip(file, error) : error;
  }
}

/** Fails with a `TrainerError` unless the whole of a compressed file is what its checksum says, within the limits. */
export async function checkGzip(file: string): Promise<void> {
  for await (const chunk of bytesOf(file)) void chunk;
}

function inflatedTooFar(file: string, size: number, limit: number): TrainerError {
  return new TrainerError(
    'inflated-too-far',
    `${file} has ${size} bytes and holds more than ${limit}: no table is compressed as far as that`,
    'write the file again, or without compression if it is what it should be',
    { stage: 'ingest' },
  );
}

function badGzip(file: string, error: Error): TrainerError {
  return new TrainerError(
    'unreadable-source',
    `${file} cannot be read as gzip: ${error.message}`,
    'compress the file again, or take .gz from its name if it is not compressed',
    { stage: 'ingest', cause: error },
  );
}

function isBadGzip(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
