import { onTestFinished } from 'vitest';
import { BucketFolder } from '../../../trainer-job/cloud/bucketFolder.js';
import { offline } from './prepared.js';
import { StorageStandIn } from '../standIns/storageStandIn.js';

export const BUCKET = 'shop-trainyard';

/** A folder `runs/r1` in a bucket of a stand-in, which is gone after the test. */
export async function remoteFolder(
  stallMs = 20_000,
): Promise<{ storage: StorageStandIn; remote: BucketFolder }> {
  const storage = new StorageStandIn();
  await storage.start();
  onTestFinished(() => storage.stop());
  storage.buckets.set(BUCKET, new Map());
  const cloud = { ...offline, storageEndpoint: storage.endpoint, stallMs };
  const bucketPath = { bucket: BUCKET, path: 'runs/r1' };
  return { storage, remote: await BucketFolder.open(bucketPath, cloud, new AbortController().signal) };
}

/** Answers the next requests of a kind as a service that is away for a moment. */
export function failNext(storage: StorageStandIn, what: string, times: number, status = 503): void {
  let left = times;
  storage.before = (request) =>
    request.what === what && left-- > 0 ? { status, reason: 'backendError', message: 'Away.' } : undefined;
}
