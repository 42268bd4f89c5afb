/** Files that people attach to runs, in each of the stores of objects that they may lie in. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { MAX_ATTACHMENT_BYTES, newRunId } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCloudStorageObjectStore } from '../../functions/ports/objectStore/cloudStorageObjectStore.js';
import { testControlPlane } from '../support/controlPlane.js';
import { serveFunction } from '../support/functionClient.js';
import { newRun } from '../support/newRun.js';
import { StorageStandIn } from '../support/standIns/storageStandIn.js';
import { until } from '../support/until.js';

const BUCKET = 'shop-trainyard';
const FILE = { 'content-type': 'application/octet-stream' };
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

async function bucket() {
  const storage = new StorageStandIn();
  await storage.start();
  onTestFinished(() => storage.stop());
  storage.buckets.set(BUCKET, new Map());
  const store = openCloudStorageObjectStore({
    bucket: BUCKET,
    apiEndpoint: storage.endpoint,
    retryBaseMs: 1,
  });
  return { storage, store };
}

async function world(kind: 'folder' | 'bucket') {
  const cp = await testControlPlane();
  const cloud = kind === 'bucket' ? await bucket() : undefined;
  if (cloud) cp.objects = cloud.store;
  const api = await serveFunction('api');
  const run = newRun(cp.now(), { runId: newRunId(), status: 'completed' });
  await cp.put(run);
  const at = (path: string) =>
    `/api/training-runs/${run.runId}/attachments/${path.split('/').map(encodeURIComponent).join('/')}`;
  const put = (path: string, body: string | Buffer, query = '') =>
    api.send(`${at(path)}${query}`, { method: 'PUT', body, headers: FILE });
  const read = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${api.port}${at(path)}`);
    return { type: response.headers.get('content-type'), content: Buffer.from(await response.arrayBuffer()) };
  };
  const attached = async () => (await cp.run(run.runId)).attachments;
  const objects = () => cp.objects.list(`attachments/${run.runId}/`);
  return { cp, api, at, put, read, attached, objects, storage: cloud?.storage };
}

describe.each(['folder', 'bucket'] as const)('what is attached to a run, in a %s', (kind) => {
  it('is read as it was sent, whatever its size and kind', async () => {
    const { put, read, attached, objects } = await world(kind);
    const large = Buffer.from(Array.from({ length: 3 * 2 ** 20 }, (_, i) => (i * 31) % 251));
    const files: [string, Buffer, string][] = [
      ['empty.txt', Buffer.alloc(0), 'text/plain; charset=utf-8'],
      ['one.bin', Buffer.from([0]), 'application/octet-stream'],
      ['plots/loss.png', Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), 'image/png'],
      ['large.bin', large, 'application/octet-stream'],
      ['most.bin', Buffer.alloc(MAX_ATTACHMENT_BYTES, 7), 'application/octet-stream'],
    ];
    for (const [path, content] of files) expect((await put(path, content)).status).toBe(201);
    for (const [path, content, type] of files) {
      const got = await read(path);
      expect([path, got.type, sha256(got.content)]).toEqual([path, type, sha256(content)]);
    }
    expect((await attached()).map(({ bytes }) => bytes)).toEqual(files.map(([, { length }]) => length));
    expect(await objects()).toHaveLength(files.length);
  });

  it('has names of any script, and two that only look alike are two', async () => {
    const { put, read, attached } = await world(kind);
    const paths = [
      'größe 100%.md',
      '図/損失.md',
      'αβ+γ&δ=#?'.replace('?', ''),
      '🔬.md',
      'é.md',
      'e\u0301.md',
    ];
    for (const path of paths) expect([path, (await put(path, path)).status]).toEqual([path, 201]);
    for (const path of paths) expect((await read(path)).content.toString()).toBe(path);
    expect((await attached()).map(({ path }) => path)).toEqual(paths);
  });

  it('of the same name stays as it is, is refused, or gives way where that is asked for', async () => {
    const { put, read, objects } = await world(kind);
    const sent = [
      await put('notes.md', 'first'),
      await put('notes.md', 'first'),
      await put('notes.md', 'second'),
      await put('notes.md', 'second', '?replace=true'),
    ];
    expect(sent.map(({ status }) => status)).toEqual([201, 200, 409, 201]);
    expect((await read('notes.md')).content.toString()).toBe('second');
    expect(await objects()).toHaveLength(1);
  });

  it('lies nowhere but below the run', async () => {
    const { cp, api, at, put, objects } = await world(kind);
    for (const path of ['../../runs/x', 'a/../../b', '/etc/passwd', '..', 'a/./b', 'C:\\x', '\u0000'])
      expect([path, (await put(path, 'x')).status]).toEqual([path, 400]);
    for (const path of ['..%2f..%2fx', '%2e%2e/%2e%2e/x', '....//x'])
      expect(
        (await api.send(at('').concat(path), { method: 'PUT', body: 'x', headers: FILE })).status,
      ).not.toBe(201);
    expect(await objects()).toEqual([]);
    expect(await cp.objects.list('')).toEqual([]);
  });

  it('is whole or not there where the one who sends it goes away', async () => {
    const { cp, api, at, put, read, attached, objects } = await world(kind);
    const before = await api.connections();
    const headers = { ...FILE, 'content-length': 5_000_000 };
    const sending = request({
      port: api.port,
      host: '127.0.0.1',
      path: at('large.bin'),
      method: 'PUT',
      headers,
    });
    const ended = new Promise((resolve) => sending.once('error', resolve));
    sending.write(Buffer.alloc(1_000_000));
    await until('the server has the connection', async () => (await api.connections()) > before);
    sending.destroy();
    await ended;
    await until('the connection is gone', async () => (await api.connections()) <= before);
    expect([await attached(), await objects()]).toEqual([[], []]);
    expect(cp.logged.filter(({ severity }) => severity === 'ERROR')).toEqual([]);
    expect((await put('large.bin', 'again')).status).toBe(201);
    expect((await read('large.bin')).content.toString()).toBe('again');
  });
});

describe('a bucket that fails while a file is attached', () => {
  it('leaves the run without it, and it is attached when it is sent again', async () => {
    const { put, attached, objects, storage, read } = await world('bucket');
    if (!storage) throw new Error('no bucket');
    storage.before = ({ what }) =>
      what === 'upload' ? { status: 403, reason: 'forbidden', message: 'no access' } : undefined;
    expect((await put('a.txt', 'x')).status).toBeGreaterThanOrEqual(500);
    expect([await attached(), await objects()]).toEqual([[], []]);
    storage.before = () => undefined;
    let lost = 1;
    storage.loses = ({ what }) => what === 'upload' && lost-- > 0;
    expect((await put('a.txt', 'x')).status).toBe(201);
    expect((await read('a.txt')).content.toString()).toBe('x');
    expect(await objects()).toHaveLength(1);
  });
});
