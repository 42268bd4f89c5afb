/** Objects in a bucket of Cloud Storage. The SDK is loaded at the first one: most processes never touch any. */
import { randomUUID } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bucket, File } from '@google-cloud/storage';
import { z } from 'zod';
import { checkedSegments, folderOf } from './objectKey.js';
import { ObjectNotFoundError, ObjectSizeError, type ObjectStore } from './objectStore.js';
import { statusOf, storageProblem, withRetries } from './storageFaults.js';

export interface CloudStorageOptions {
  /** Must exist: where its data is kept is for whoever makes it to choose. */
  bucket: string;
  /** Google's service unless given. */
  apiEndpoint?: string | undefined;
  /** The first pause before a request is made again. */
  retryBaseMs?: number;
  /** A read that brings no byte for so long has failed. */
  stallMs?: number;
}

/**
 * A new object appears under its name at once and whole, if no object of that name is there (`ifGenerationMatch=0`:
 * https://cloud.google.com/storage/docs/request-preconditions).
 */
export function openCloudStorageObjectStore(options: CloudStorageOptions): ObjectStore {
  return new CloudStorageObjectStore(options);
}

const FORBIDDEN = 403;
const NOT_FOUND = 404;
const PRECONDITION_FAILED = 412;
/** What is larger goes in several requests, so that it need not be in memory. A multiple of 256 KiB, as the service wants. */
const PART_BYTES = 8 * 1024 * 1024;
const PAGE = 1000;
/** Metadata that says whose write an object is. */
const WRITE = 'trainyard-write';

const generationSchema = z.union([z.string(), z.number()]);
const listedSchema = z.object({ name: z.string() });
const nextSchema = z.object({ pageToken: z.string().optional() }).nullish();

class CloudStorageObjectStore implements ObjectStore {
  private opened: Promise<Bucket> | undefined;

  constructor(private readonly options: CloudStorageOptions) {}

  uri(key: string): string {
    return `gs://${this.options.bucket}/${checkedSegments(key).join('/')}`;
  }

  async putIfAbsent(key: string, content: Buffer | Readable): Promise<boolean> {
    const file = await this.file(key);
    const writer = randomUUID();
    const { whole, rest } = Buffer.isBuffer(content) ? { whole: content } : await beginningOf(content);
    const options = {
      preconditionOpts: { ifGenerationMatch: 0 },
      metadata: { metadata: { [WRITE]: writer } },
      validation: 'crc32c',
    } as const;
    try {
      // Part of a stream is gone once it was sent: only what is held whole is sent again.
      if (rest) await pipeline(rest, file.createWriteStream({ ...options, chunkSize: PART_BYTES }));
      else
        await withRetries(() => file.save(whole, { ...options, resumable: false }), this.options.retryBaseMs);
      return true;
    } catch (error) {
      // Whoever may write but not replace is told, of an object that is there, either that or that he may not.
      const mayBeTaken = [PRECONDITION_FAILED, FORBIDDEN].includes(statusOf(error) ?? 0);
      const found = mayBeTaken ? await this.writerOf(file, key, error) : undefined;
      if (!found && statusOf(error) !== PRECONDITION_FAILED) throw this.problem(error, key);
      // An earlier try may have done it, and its answer have been lost.
      return found?.writer === writer;
    }
  }

  async get(key: string): Promise<Buffer | undefined> {
    try {
      return await this.trying(key, async () => {
        const parts: Buffer[] = [];
        for await (const part of await this.read(key, (error) => error)) parts.push(part as Buffer);
        return Buffer.concat(parts);
      });
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return undefined;
      throw error;
    }
  }

  openRead(key: string, part?: Parameters<ObjectStore['openRead']>[1]): Promise<Readable> {
    return this.read(key, (error) => this.problem(error, key), part);
  }

  async list(prefix: string): Promise<string[]> {
    folderOf(prefix);
    const keys: string[] = [];
    let pageToken: string | undefined;
    do {
      const [files, next] = await this.trying(null, async () =>
        (await this.bucket()).getFiles({
          prefix,
          autoPaginate: false,
          maxResults: PAGE,
          ...(pageToken !== undefined && { pageToken }),
        }),
      );
      keys.push(...files.map((file) => listedSchema.parse(file).name));
      pageToken = nextSchema.parse(next)?.pageToken;
    } while (pageToken !== undefined);
    // What ends with a slash stands for a folder that somebody made by hand.
    return keys.filter((key) => !key.endsWith('/')).toSorted();
  }

  async delete(key: string): Promise<void> {
    const file = await this.file(key);
    await this.trying(key, async () => {
      try {
        await file.delete();
      } catch (error) {
        if (statusOf(error) !== NOT_FOUND || isNoBucket(error)) throw error;
      }
    });
  }

  /** What is there now is what is read, also if it is replaced meanwhile. */
  private async read(
    key: string,
    inWords: (error: unknown) => unknown,
    { range, size }: Parameters<ObjectStore['openRead']>[1] = {},
  ): Promise<Readable> {
    const { bucket, stallMs = 60_000 } = this.options;
    const file = await this.file(key);
    const [{ generation, size: found }] = await this.trying(key, () => file.getMetadata());
    if (size !== undefined && Number(found) !== size)
      throw new ObjectSizeError(`gs://${bucket}/${key}`, Number(found), size);
    const pinned = (await this.bucket()).file(file.name, { generation: generationSchema.parse(generation) });
    // The digest is that of the whole.
    const source = pinned.createReadStream(
      range ? { ...range, validation: false } : { validation: 'crc32c' },
    );
    return watched(source, stallMs, (error) =>
      statusOf(error) === NOT_FOUND ? new ObjectNotFoundError(`gs://${bucket}/${key}`) : inWords(error),
    );
  }

  /** Of the object that is there; undefined where none is. Where nobody may look, `refusal` is thrown. */
  private async writerOf(
    file: File,
    key: string,
    refusal: unknown,
  ): Promise<{ writer: unknown } | undefined> {
    try {
      const [{ metadata }] = await this.trying(key, () => file.getMetadata());
      return { writer: metadata?.[WRITE] };
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return undefined;
      throw statusOf(refusal) === FORBIDDEN ? this.problem(refusal, key) : error;
    }
  }

  private async file(key: string): Promise<File> {
    const name = checkedSegments(key).join('/');
    return (await this.bucket()).file(name);
  }

  /** Memoised: the client finds its credentials once. */
  private bucket(): Promise<Bucket> {
    this.opened ??= open(this.options).catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    return this.opened;
  }

  /** Throws `ObjectNotFoundError` where the object, though not its bucket, is missing. */
  private async trying<T>(key: string | null, work: () => Promise<T>): Promise<T> {
    try {
      return await withRetries(work, this.options.retryBaseMs);
    } catch (error) {
      if (key !== null && statusOf(error) === NOT_FOUND && !isNoBucket(error)) {
        throw new ObjectNotFoundError(`gs://${this.options.bucket}/${key}`);
      }
      throw statusOf(error) === PRECONDITION_FAILED ? error : this.problem(error, key);
    }
  }

  private problem(error: unknown, key: string | null): unknown {
    return storageProblem(error, this.options.bucket, key);
  }
}

async function open({ bucket, apiEndpoint }: CloudStorageOptions): Promise<Bucket> {
  const { Storage } = await import('@google-cloud/storage');
  // Requests are made again here, in one way for all of them.
  const storage = new Storage({
    retryOptions: { autoRetry: false },
    ...(apiEndpoint !== undefined && { apiEndpoint }),
  });
  return storage.bucket(bucket);
}

function isNoBucket(error: unknown): boolean {
  return error instanceof Error && /bucket does not exist/i.test(error.message);
}

/** The whole stream, if it is small; else a stream of what it begins with and all the rest. */
async function beginningOf(
  stream: Readable,
): Promise<{ whole: Buffer; rest?: never } | { whole?: never; rest: Readable }> {
  const source = stream.iterator({ destroyOnReturn: false });
  const parts: Buffer[] = [];
  let bytes = 0;
  for (let next = await source.next(); !next.done; next = await source.next()) {
    const part = Buffer.from(next.value as Uint8Array);
    parts.push(part);
    bytes += part.length;
    if (bytes > PART_BYTES) return { rest: Readable.from(joined(parts, stream)) };
  }
  return { whole: Buffer.concat(parts) };
}

async function* joined(parts: readonly Buffer[], rest: Readable): AsyncGenerator<Buffer> {
  yield* parts;
  for await (const part of rest) yield Buffer.from(part as Uint8Array);
}

/** The client never ends a read whose connection broke off, so silence ends it; its errors come out in our words. */
function watched(source: Readable, stallMs: number, inWords: (error: unknown) => unknown): Readable {
  const out = new PassThrough();
  const stalled = () => source.destroy(Object.assign(new Error('no byte came'), { code: 'ETIMEDOUT' }));
  const timer = setTimeout(stalled, stallMs);
  source.on('data', () => timer.refresh());
  source.on('error', (error) => {
    const told = inWords(error);
    out.destroy(told instanceof Error ? told : error);
  });
  out.on('close', () => {
    clearTimeout(timer);
    source.destroy();
  });
  source.pipe(out);
  return out;
}
