/** Cloud Storage as far as it is read from: objects are listed and downloaded. The SDK is loaded at the first `gs://`. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Bucket, Storage } from '@google-cloud/storage';
import { z } from 'zod';
import type { CloudSettings } from './cloudSettings.js';
import { withRetries } from './retries.js';
import { stallWatch } from './stallWatch.js';

/** One generation of an object: its bytes never change. */
export interface StoredObject {
  bucket: string;
  name: string;
  generation: string;
  /** Castagnoli, base64. */
  crc32c: string;
  size: number;
}

export interface ObjectReader {
  /** All objects whose names begin so; with `flat` those of folders below are left out. Ordered by name. */
  list(bucket: string, prefix: string, flat: boolean): Promise<StoredObject[]>;
  /** Writes the bytes, checked against their checksum, to a file. */
  download(object: StoredObject, file: string): Promise<void>;
}

const metadataSchema = z.object({
  name: z.string(),
  generation: z.coerce.string(),
  crc32c: z.string(),
  size: z.coerce.number(),
});

/** How requests to Google's services are made, and what ends them. */
export interface RequestContext {
  cloud: CloudSettings;
  /** Requests are given up when it is aborted. */
  signal: AbortSignal;
}

/** `problem` says in words what was refused; `object` is null for a bucket's list. */
export function objectReader(
  storage: Storage,
  context: RequestContext,
  problem: (error: unknown, bucket: string, object: StoredObject | null) => unknown,
): ObjectReader {
  return new StorageReader(storage, context, problem);
}

/** The client of Google's, with its own repetitions off. */
export async function storageClient({ storageEndpoint }: CloudSettings): Promise<Storage> {
  const { Storage: Client } = await import('@google-cloud/storage');
  return new Client({
    retryOptions: { autoRetry: false },
    ...(storageEndpoint !== null && { apiEndpoint: storageEndpoint }),
  });
}

class StorageReader implements ObjectReader {
  constructor(
    private readonly storage: Storage,
    private readonly context: RequestContext,
    private readonly problem: (error: unknown, bucket: string, object: StoredObject | null) => unknown,
  ) {}

  async list(bucket: string, prefix: string, flat: boolean): Promise<StoredObject[]> {
    const found: StoredObject[] = [];
    let pageToken: string | undefined;
    do {
      const page = await this.trying(bucket, null, () =>
        pageOf(this.storage.bucket(bucket), { prefix, ...(flat && { delimiter: '/' }) }, pageToken),
      );
      // What ends with a slash stands for a folder and has no rows.
      found.push(...page.objects.filter(({ name }) => !name.endsWith('/')));
      ({ pageToken } = page);
    } while (pageToken !== undefined);
    return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async download(object: StoredObject, file: string): Promise<void> {
    const { bucket, name, generation } = object;
    await this.trying(bucket, object, async () => {
      const bytes = this.storage
        .bucket(bucket)
        .file(name, { generation })
        .createReadStream({
          validation: 'crc32c',
          // What is stored as gzip under another name is what it was before; a file named .gz stays one.
          decompress: !name.endsWith('.gz'),
        });
      const { cloud, signal } = this.context;
      const watch = stallWatch(cloud.stallMs);
      try {
        await pipeline(bytes, watch.stream, createWriteStream(file), {
          signal: AbortSignal.any([signal, watch.signal]),
        });
      } catch (error) {
        throw watch.signal.aborted ? watch.signal.reason : error;
      }
    });
  }

  private async trying<T>(bucket: string, object: StoredObject | null, work: () => Promise<T>): Promise<T> {
    const { cloud, signal } = this.context;
    try {
      return await withRetries(work, { baseMs: cloud.retryBaseMs, signal });
    } catch (error) {
      throw this.problem(error, bucket, object);
    }
  }
}

async function pageOf(
  bucket: Bucket,
  query: { prefix: string; delimiter?: string },
  pageToken: string | undefined,
): Promise<{ objects: StoredObject[]; pageToken: string | undefined }> {
  const [files, next] = await bucket.getFiles({
    ...query,
    autoPaginate: false,
    ...(pageToken !== undefined && { pageToken }),
  });
  return {
    objects: files.map(({ metadata }) => ({ bucket: bucket.name, ...metadataSchema.parse(metadata) })),
    pageToken: nextSchema.parse(next)?.pageToken,
  };
}

const nextSchema = z.object({ pageToken: z.string().optional() }).nullish();
