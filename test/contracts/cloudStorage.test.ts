/** The object store of Google Cloud: the real client, against a stand-in of Cloud Storage. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCloudStorageObjectStore } from '../../functions/ports/objectStore/cloudStorageObjectStore.js';
import { StorageStandIn } from '../support/standIns/storageStandIn.js';
import { objectStoreContract } from './objectStore.contract.js';

const BUCKET = 'shop-trainyard';

async function opened(bucket = BUCKET, stallMs = 20_000) {
  const storage = new StorageStandIn();
  await storage.start();
  onTestFinished(() => storage.stop());
  storage.buckets.set(BUCKET, new Map());
  const reopen = () =>
    openCloudStorageObjectStore({ bucket, apiEndpoint: storage.endpoint, retryBaseMs: 1, stallMs });
  const everything = (prefix: string) => Promise.resolve(storage.names(BUCKET, prefix));
  return { storage, store: reopen(), reopen, everything };
}

objectStoreContract('a bucket of Cloud Storage', () => opened());

const MEBIBYTE = 1024 * 1024;
const megabytes = (count: number) => Array.from({ length: count }, (_, i) => Buffer.alloc(MEBIBYTE, i));

describe('a bucket of objects', () => {
  it('names them as trainers reach them', async () => {
    const { store } = await opened();
    expect(store.uri('runs/r1/model #1.bin')).toBe('gs://shop-trainyard/runs/r1/model #1.bin');
  });

  it('is given large streams in parts, and has them whole or not at all', async () => {
    const { store, storage } = await opened();
    const parts = megabytes(20);
    expect(await store.putIfAbsent('large', Readable.from(parts))).toBe(true);
    expect(storage.count('chunk')).toBe(3);
    expect((await store.get('large'))?.equals(Buffer.concat(parts))).toBe(true);
    expect(await store.putIfAbsent('large', Readable.from(megabytes(20)))).toBe(false);

    const broken = Readable.from(
      (function* () {
        yield* parts;
        throw new Error('the source broke off');
      })(),
    );
    await expect(store.putIfAbsent('larger', broken)).rejects.toThrow('the source broke off');
    expect(storage.names(BUCKET)).toEqual(['large']);
  });

  it('is listed page by page', async () => {
    const { store, storage } = await opened();
    for (let i = 0; i < 2500; i++) storage.put(BUCKET, `runs/${String(i).padStart(4, '0')}`, '');
    storage.put(BUCKET, 'runs/by-hand/', '');
    const keys = await store.list('runs/');
    expect(keys).toHaveLength(2500);
    expect(keys).toEqual(keys.toSorted());
    expect(storage.count('list')).toBe(3);
  });

  it('is asked again where an answer failed or got lost, and who wrote is not told that somebody else did', async () => {
    const { store, storage } = await opened();
    const failing = (what: string, times: number) => {
      let left = times;
      storage.before = (request) =>
        request.what === what && left-- > 0
          ? { status: 503, reason: 'backendError', message: 'Service Unavailable' }
          : undefined;
    };
    failing('upload', 3);
    expect(await store.putIfAbsent('a', Buffer.from('a'))).toBe(true);
    let lost = 1;
    storage.loses = ({ what }) => what === 'upload' && lost-- > 0;
    expect(await store.putIfAbsent('b', Buffer.from('b'))).toBe(true);
    expect(await store.putIfAbsent('b', Buffer.from('other'))).toBe(false);
    lost = 1;
    storage.loses = ({ what }) => what === 'delete' && lost-- > 0;
    await store.delete('b');
    failing('read', 2);
    expect(await store.get('a')).toEqual(Buffer.from('a'));
    failing('list', 2);
    expect(await store.list('')).toEqual(['a']);
  });

  it('reads again what broke off or came damaged', async () => {
    const { store, storage } = await opened(BUCKET, 1000);
    const content = Buffer.concat(megabytes(2));
    storage.put(BUCKET, 'a', content);
    let tries = 0;
    storage.sent = ({ bytes }) => (++tries === 1 ? bytes.subarray(0, 1000) : bytes);
    expect((await store.get('a'))?.equals(content)).toBe(true);
    tries = 0;
    const damaged = Buffer.from(content);
    damaged[5] = 99;
    storage.sent = ({ bytes }) => (++tries === 1 ? damaged : bytes);
    expect((await store.get('a'))?.equals(content)).toBe(true);
    expect(tries).toBe(2);
  });

  it('gives a stream the object that was there when it was opened', async () => {
    const { store, storage } = await opened();
    storage.put(BUCKET, 'a', 'old');
    const stream = await store.openRead('a');
    expect((await buffer(stream)).toString()).toBe('old');
    storage.before = ({ what }) => {
      if (what === 'metadata') queueMicrotask(() => storage.put(BUCKET, 'a', 'new'));
      return undefined;
    };
    await expect(store.openRead('a').then(buffer)).rejects.toThrow('no object at gs://shop-trainyard/a');
  });

  it.each([
    [403, 'forbidden', /refuses access to gs:\/\/shop-trainyard\/a: .*roles\/storage.objectUser/],
    [401, 'required', /roles\/storage.objectUser/],
    [503, 'backendError', /gs:\/\/shop-trainyard\/a could not be reached after several attempts/],
    [429, 'rateLimitExceeded', /after several attempts/],
  ])('says what to do about status %i', async (status, reason, message) => {
    const { store, storage } = await opened();
    storage.before = () => ({ status, reason, message: 'No.' });
    await expect(store.putIfAbsent('a', Buffer.from('a'))).rejects.toThrow(message);
    await expect(store.get('a')).rejects.toThrow(message);
    await expect(store.openRead('a')).rejects.toThrow(message);
    await expect(store.delete('a')).rejects.toThrow(message);
  });

  it('knows what is there also where it may write but not replace', async () => {
    const { store, storage } = await opened();
    await store.putIfAbsent('specs/a', Buffer.from('a'));
    storage.before = ({ what }) =>
      what === 'upload'
        ? { status: 403, reason: 'forbidden', message: 'No storage.objects.delete access.' }
        : undefined;
    expect(await store.putIfAbsent('specs/a', Buffer.from('a'))).toBe(false);
    await expect(store.putIfAbsent('specs/b', Buffer.from('b'))).rejects.toThrow(
      /refuses access to gs:.*specs\/b/,
    );
  });

  it('says that the bucket is missing', async () => {
    const { store } = await opened('elsewhere');
    const message = /there is no bucket elsewhere in Cloud Storage: create it/;
    await expect(store.putIfAbsent('a', Buffer.from('a'))).rejects.toThrow(message);
    await expect(store.get('a')).rejects.toThrow(message);
    await expect(store.list('')).rejects.toThrow(message);
    await expect(store.delete('a')).rejects.toThrow(message);
  });
});
