/** A folder in a bucket, as what must last needs it. Objects are streams or small texts; memory holds a part of one. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { File, Storage } from '@google-cloud/storage';
import { z } from 'zod';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { CloudSettings } from './cloudSettings.js';
import { thrown, withRetries } from './retries.js';
import { stallWatch } from './stallWatch.js';
import { objectReader, storageClient, type ObjectReader, type StoredObject } from './storage.js';
import { uriOf, within, type BucketPath } from './bucketPath.js';
import { remoteProblem } from './remoteError.js';
import { PART_BYTES, uploadInParts } from './resumableUpload.js';
import { TrainerError } from '../errors/trainerError.js';

/** An object's version; `ABSENT` where there must be none. */
export type Generation = string;
export const ABSENT: Generation = '0';

const NOT_FOUND = 404;
const PRECONDITION_FAILED = 412;
const generationSchema = z.object({ generation: z.coerce.string() });

export class BucketFolder {
  private constructor(
    readonly at: BucketPath,
    private readonly storage: Storage,
    private readonly cloud: CloudSettings,
    private readonly signal: AbortSignal,
  ) {}

  /** Requests are given up when `signal` is aborted. */
  static async open(at: BucketPath, cloud: CloudSettings, signal: AbortSignal): Promise<BucketFolder> {
    return new BucketFolder(at, await storageClient(cloud), cloud, signal);
  }

  folder(name: string): BucketFolder {
    return new BucketFolder(within(this.at, name), this.storage, this.cloud, this.signal);
  }

  /** The same, ended by another signal. */
  until(signal: AbortSignal): BucketFolder {
    return new BucketFolder(this.at, this.storage, this.cloud, signal);
  }

  uri(name: string): string {
    return uriOf(within(this.at, name));
  }

  /** The objects whose names begin so, with their names within this folder. */
  async list(prefix = ''): Promise<StoredObject[]> {
    const begin = `${this.at.path}/`;
    const objects = await this.reader().list(this.at.bucket, `${begin}${prefix}`, false);
    return objects.map((object) => ({ ...object, name: object.name.slice(begin.length) }));
  }

  /** Writes an object, as `list` gives it, to a file, and checks it. False where it is there no more. */
  async download(object: StoredObject, file: string): Promise<boolean> {
    await makeFolder(dirname(file));
    try {
      await this.reader().download({ ...object, name: within(this.at, object.name).path }, file);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  /** A small object as text, or undefined where there is none. */
  async read(name: string): Promise<{ text: string; generation: Generation } | undefined> {
    return this.unlessAbsent(name, async () => {
      const file = this.file(name);
      const [metadata] = await file.getMetadata();
      const { generation } = generationSchema.parse(metadata);
      return { text: (await this.content(this.file(name, generation))).toString(), generation };
    });
  }

  /** Undefined where there is none. */
  async generationOf(name: string): Promise<Generation | undefined> {
    return this.unlessAbsent(name, async () => {
      const [metadata] = await this.file(name).getMetadata();
      return generationSchema.parse(metadata).generation;
    });
  }

  /**
   * Writes a small object, if the one that is there is `expected`, and whatever is there without it. Undefined where another
   * one was there; also, seldom, where it was written and the answer got lost.
   */
  async write(name: string, text: string, expected?: Generation): Promise<Generation | undefined> {
    const file = this.file(name);
    const bytes = Buffer.from(text);
    const done = await this.unlessTaken(name, () => this.save(file, bytes, expected));
    return done ? generationSchema.parse(file.metadata).generation : undefined;
  }

  /** Uploads a file. With `absent` an object that is there already stays, and false is returned. */
  async upload(
    path: string,
    name: string,
    { absent = false, onProgress }: { absent?: boolean; onProgress?: (bytes: number) => void } = {},
  ): Promise<boolean> {
    const file = this.file(name);
    const { size } = await stat(path);
    const expected = absent ? ABSENT : undefined;
    if (size <= PART_BYTES) {
      const bytes = await readFile(path);
      const done = await this.unlessTaken(name, () => this.save(file, bytes, expected));
      onProgress?.(size);
      return done;
    }
    const md5Hash = await md5Of(path);
    const begin = async () => {
      const [session] = await file.createResumableUpload({ metadata: { md5Hash }, ...conditions(expected) });
      return this.checkedSession(session);
    };
    const { retryBaseMs, stallMs } = this.cloud;
    return this.unlessTaken(name, () =>
      uploadInParts(path, begin, {
        retryBaseMs,
        partTimeoutMs: 4 * stallMs,
        signal: this.signal,
        ...(onProgress && { onProgress }),
      }),
    );
  }

  /** Removing what is not there is no error. */
  async remove(name: string): Promise<void> {
    await this.unlessAbsent(name, () => this.file(name).delete());
  }

  private async content(file: File): Promise<Buffer> {
    const watch = stallWatch(this.cloud.stallMs);
    const signal = AbortSignal.any([this.signal, watch.signal]);
    try {
      return await pipeline(file.createReadStream({ validation: 'crc32c' }), watch.stream, buffer, {
        signal,
      });
    } catch (error) {
      throw watch.signal.aborted ? watch.signal.reason : error;
    }
  }

  private async save(file: File, bytes: Buffer, expected: Generation | undefined): Promise<void> {
    // The service refuses what does not have this digest: nothing damaged is ever seen.
    const md5Hash = createHash('md5').update(bytes).digest('base64');
    await file.save(bytes, {
      resumable: false,
      validation: false,
      timeout: 4 * this.cloud.stallMs,
      metadata: { md5Hash },
      ...conditions(expected),
    });
  }

  private file(name: string, generation?: Generation): File {
    const { bucket, path } = within(this.at, name);
    return this.storage.bucket(bucket).file(path, generation === undefined ? {} : { generation });
  }

  private reader(): ObjectReader {
    const context = { cloud: this.cloud, signal: this.signal };
    return objectReader(this.storage, context, (error, bucket, object) =>
      remoteProblem(error, object ? `gs://${bucket}/${object.name}` : uriOf(this.at)),
    );
  }

  /** Bytes go where the requests go, whatever an answer says. */
  private checkedSession(uri: string): string {
    const { protocol, hostname, origin } = new URL(uri);
    const { storageEndpoint } = this.cloud;
    const isOurs =
      storageEndpoint === null
        ? protocol === 'https:' && (hostname === 'googleapis.com' || hostname.endsWith('.googleapis.com'))
        : origin === new URL(withProtocol(storageEndpoint)).origin;
    if (isOurs) return uri;
    throw new Error(`Cloud Storage named ${origin} for an upload, which is not its own address`);
  }

  private async unlessTaken(name: string, work: () => Promise<void>): Promise<boolean> {
    try {
      await this.trying(name, work);
      return true;
    } catch (error) {
      if (thrown(error).status === PRECONDITION_FAILED) return false;
      throw error;
    }
  }

  private async unlessAbsent<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.trying(name, work);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  private async trying<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await withRetries(work, { baseMs: this.cloud.retryBaseMs, signal: this.signal });
    } catch (error) {
      if (thrown(error).status === PRECONDITION_FAILED) throw error;
      throw remoteProblem(error, this.uri(name));
    }
  }
}

function conditions(expected: Generation | undefined): { preconditionOpts?: { ifGenerationMatch: string } } {
  return expected === undefined ? {} : { preconditionOpts: { ifGenerationMatch: expected } };
}

/** Of an object. A bucket that is missing is an error whatever is asked of it. */
function isNotFound(error: unknown): boolean {
  if (!(error instanceof TrainerError) || error.code !== 'storage-not-found') return false;
  return thrown(error.cause).status === NOT_FOUND && !/bucket does not exist/i.test(error.message);
}

function withProtocol(endpoint: string): string {
  return /^https?:\/\//.test(endpoint) ? endpoint : `http://${endpoint}`;
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(part as Buffer);
  return hash.digest('base64');
}
