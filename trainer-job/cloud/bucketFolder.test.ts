import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUCKET, failNext, remoteFolder } from '../../test/support/data/remoteFolder.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { ABSENT } from './bucketFolder.js';

const MEBIBYTE = 1024 * 1024;

async function withFile(bytes: number) {
  const path = join(await temporaryFolder(), 'state.bin');
  const content = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i += MEBIBYTE) content.writeUInt32LE(i, Math.min(i, bytes - 4));
  await writeFile(path, content);
  return { ...(await remoteFolder()), path, content };
}

describe('a large file on its way to a bucket', () => {
  it('goes in parts, and tells how far it is', async () => {
    const { storage, remote, path, content } = await withFile(16 * MEBIBYTE + 5);
    const told: number[] = [];
    await remote.upload(path, 'state.bin', { onProgress: (bytes) => told.push(bytes) });
    expect(storage.buckets.get(BUCKET)?.get('runs/r1/state.bin')?.bytes.equals(content)).toBe(true);
    expect(told).toEqual([8 * MEBIBYTE, 16 * MEBIBYTE, 16 * MEBIBYTE + 5]);
  });

  it('goes on behind the last part that arrived when the service is away for a moment', async () => {
    const { storage, remote, path, content } = await withFile(16 * MEBIBYTE + 5);
    let chunks = 0;
    // The third request fails, and the question how far it is fails once, too.
    storage.before = ({ what }) =>
      what === 'chunk' && [3, 4].includes(++chunks)
        ? { status: 503, reason: 'backendError', message: 'Away.' }
        : undefined;
    await remote.upload(path, 'state.bin');
    expect(storage.buckets.get(BUCKET)?.get('runs/r1/state.bin')?.bytes.equals(content)).toBe(true);
    expect(chunks).toBe(6);
  });

  it('is there although the last answer got lost', async () => {
    const { storage, remote, path, content } = await withFile(9 * MEBIBYTE);
    let lost = 1;
    storage.loses = ({ what }) => what === 'chunk' && lost-- > 0;
    expect(await remote.upload(path, 'state.bin')).toBe(true);
    expect(storage.buckets.get(BUCKET)?.get('runs/r1/state.bin')?.bytes.equals(content)).toBe(true);
  });

  it('is not sent where another one is, if that is asked for', async () => {
    const { storage, remote, path } = await withFile(9 * MEBIBYTE);
    await remote.write('state.bin', 'first');
    expect(await remote.upload(path, 'state.bin', { absent: true })).toBe(false);
    expect(storage.text(BUCKET, 'runs/r1/state.bin')).toBe('first');
    expect(storage.count('chunk')).toBe(0);
  });

  it('goes to no other address than the one that is configured', async () => {
    const { storage, remote, path } = await withFile(9 * MEBIBYTE);
    const other = await remoteFolder();
    Object.defineProperty(storage, 'endpoint', { value: other.storage.endpoint });
    await expect(remote.upload(path, 'state.bin')).rejects.toThrow(/which is not its own address/);
    expect(other.storage.requests).toEqual([]);
  });
});

describe('a folder in a bucket', () => {
  it('replaces a text only where it is the one that was read', async () => {
    const { remote } = await remoteFolder();
    const first = await remote.write('owner.json', 'a', ABSENT);
    expect(await remote.write('owner.json', 'b', ABSENT)).toBeUndefined();
    const second = await remote.write('owner.json', 'b', first);
    expect(await remote.write('owner.json', 'c', first)).toBeUndefined();
    expect(await remote.read('owner.json')).toEqual({ text: 'b', generation: second });
    expect(await remote.read('nothing')).toBeUndefined();
    expect(await remote.generationOf('nothing')).toBeUndefined();
    await remote.remove('owner.json');
    await remote.remove('owner.json');
    expect(await remote.list()).toEqual([]);
  });

  it('is asked again when it is away for a moment, and when a read breaks off', async () => {
    const { storage, remote } = await remoteFolder(500);
    failNext(storage, 'upload', 3);
    await remote.write('a', 'content');
    failNext(storage, 'metadata', 3, 429);
    let broken = 1;
    storage.sent = ({ bytes }) => (broken-- > 0 ? bytes.subarray(0, 3) : bytes);
    expect((await remote.read('a'))?.text).toBe('content');
  });

  it.each([
    [403, 'no-storage-permission', false, /roles\/storage.objectUser/],
    [401, 'no-storage-permission', false, /roles\/storage.objectUser/],
    [503, 'storage-unavailable', true, /started again/],
  ])('says what status %i is', async (status, code, retriable, remedy) => {
    const { storage, remote } = await remoteFolder();
    storage.before = () => ({ status, reason: 'whatever', message: 'No.' });
    const expected = {
      name: 'TrainerError',
      code,
      retriable,
      message: expect.stringContaining('gs://shop-trainyard/runs/r1') as string,
      remedy: expect.stringMatching(remedy) as string,
    };
    await expect(remote.read('a')).rejects.toMatchObject(expected);
    await expect(remote.write('a', 'x')).rejects.toMatchObject(expected);
    await expect(remote.list()).rejects.toMatchObject(expected);
    await expect(remote.remove('a')).rejects.toMatchObject(expected);
  });

  it('says that its bucket is missing, whatever is asked of it', async () => {
    const { storage, remote } = await remoteFolder();
    storage.buckets.clear();
    const expected = { code: 'storage-not-found', message: expect.stringContaining('bucket') as string };
    await expect(remote.read('a')).rejects.toMatchObject(expected);
    await expect(remote.write('a', 'x')).rejects.toMatchObject(expected);
    await expect(remote.remove('a')).rejects.toMatchObject(expected);
  });
});
