import { createHash } from 'node:crypto';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Run } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RESULT } from '../../test/support/callbacks.js';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { StorageStandIn } from '../../test/support/standIns/storageStandIn.js';
import { openCloudStorageObjectStore } from '../ports/objectStore/cloudStorageObjectStore.js';
import type { ObjectStore } from '../ports/objectStore/objectStore.js';

const BUCKET = 'shop-trainyard';

/** A bucket behind the real client. */
async function bucket(): Promise<ObjectStore> {
  const storage = new StorageStandIn();
  await storage.start();
  onTestFinished(() => storage.stop());
  storage.buckets.set(BUCKET, new Map());
  return openCloudStorageObjectStore({
    bucket: BUCKET,
    apiEndpoint: storage.endpoint,
    retryBaseMs: 1,
    stallMs: 20_000,
  });
}

const FILES = {
  'report.html': { type: 'text/html; charset=utf-8', content: '<script>alert(1)</script>' },
  'transform/a b.bin': { type: 'application/octet-stream', content: '0123456789' },
  empty: { type: 'application/octet-stream', content: '' },
};
const FILE = 'transform/a%20b.bin';

interface Changes extends Partial<Run> {
  objects?: ObjectStore;
  /** What lies in the store instead, by path; null for nothing. */
  stored?: Record<string, string | null>;
  listed?: { path: string; bytes: number; sha256: string; contentType: string }[];
}

/** What the trainer of a run that ends without a model leaves behind, and its neighbours. */
const KEPT = {
  'data/profile.json': '{"rows":4}',
  'data/profile.html': '<script>alert(1)</script>',
  'data/work-1/rows.duckdb': 'scratch',
  'callbacks/journal': 'of the trainer',
};

async function world({ objects, stored = {}, listed = [], ...changes }: Changes = {}) {
  const cp = await testControlPlane();
  if (objects) cp.objects = objects;
  const run = newRun(cp.now(), { status: 'completed' });
  const folder = `runs/${run.runId}/model/a0001`;
  const files = Object.entries(FILES).map(([path, { type, content }]) => ({
    path,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    contentType: type,
  }));
  const manifest = {
    schemaVersion: 1,
    modelVersion: 'demo#1',
    createdAt: cp.now().toISOString(),
    files: [...files, ...listed],
  };
  await cp.objects.putIfAbsent(`${folder}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
  await cp.objects.putIfAbsent(`${folder}/secret.txt`, Buffer.from('not listed'));
  for (const [path, { content }] of Object.entries(FILES)) {
    const instead = stored[path];
    if (instead !== null) await cp.objects.putIfAbsent(`${folder}/${path}`, Buffer.from(instead ?? content));
  }
  await cp.objects.putIfAbsent('runs/secret.txt', Buffer.from('of nobody'));
  const artifacts = { manifest: cp.objects.uri(`${folder}/manifest.json`) };
  await cp.put({ ...run, result: { ...RESULT, artifacts }, ...changes });
  const api = await serveFunction('api');
  const read = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    api.send(`/api/training-runs/${run.runId}/artifacts/${path}`, { headers, method });
  /** Puts a symbolic link in the place of a file. */
  const put = async (path: string, to: string) =>
    symlink(to, fileURLToPath(cp.objects.uri(`${folder}/${path}`)));
  /** Puts a file into the run's own folder, beside its model. */
  const keep = (path: string, content: string) =>
    cp.objects.putIfAbsent(`runs/${run.runId}/${path}`, Buffer.from(content));
  return { read, manifest, put, keep };
}

describe('what a run without a model has found in its data', () => {
  const ended = async (status: Run['status'], kept: Partial<typeof KEPT> = KEPT) => {
    const one = await world({ status, result: null });
    for (const [path, content] of Object.entries(kept)) await one.keep(path, content);
    return one.read;
  };

  it.each(['failed', 'cancelled'] as const)('comes as what its model would have it: %s', async (status) => {
    const read = await ended(status);
    const profile = await read('data/profile.json');
    expect(profile).toMatchObject({ status: 200, text: KEPT['data/profile.json'] });
    expect(profile.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': '10',
    });
    const page = await read('data/profile.html', { range: 'bytes=0-7' });
    expect(page).toMatchObject({ status: 206, text: '<script>' });
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': 'sandbox',
    });
    const etag = profile.headers['etag'] ?? '';
    expect((await read('data/profile.json', { 'if-none-match': etag })).status).toBe(304);
  });

  it('is all that comes of it', async () => {
    const read = await ended('failed');
    for (const path of [
      'manifest.json',
      'callbacks/journal',
      'data/work-1/rows.duckdb',
      'data/../callbacks/journal',
      'data/toString',
    ])
      expect([path, (await read(encodeURIComponent(path))).status]).toEqual([path, 404]);
  });

  it('is none where it was never written, and none yet while the run goes on', async () => {
    const path = 'data/profile.json';
    const detail = (text: string) => ({
      status: 404,
      json: { detail: expect.stringContaining(text) as string },
    });
    expect(await (await ended('failed', {}))(path)).toMatchObject(
      detail('it is failed, and its trainer has written none before it ended'),
    );
    expect(await (await ended('running'))(path)).toMatchObject(
      detail('it is running: ask again once it has ended'),
    );
  });

  it('gives way to what the manifest of a completed run lists', async () => {
    const { read, keep } = await world();
    await keep('data/profile.json', KEPT['data/profile.json']);
    expect((await read('data/profile.json')).status).toBe(404);
  });
});

describe('a file that a run has left behind', () => {
  it('comes whole, with its type, and may do nothing as a page', async () => {
    const { read, manifest } = await world();
    const page = await read('report.html');
    expect(page).toMatchObject({ status: 200, text: FILES['report.html'].content });
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
      'content-length': '25',
    });
    expect((await read('manifest.json')).json).toEqual(manifest);
    expect(await read('transform/a%20b.bin')).toMatchObject({ status: 200, text: '0123456789' });
    expect(await read('transform%2Fa%20b.bin')).toMatchObject({ status: 200, text: '0123456789' });
  });

  it('comes in part', async () => {
    const { read, manifest } = await world();
    const part = await read('transform/a%20b.bin', { range: 'bytes=2-4' });
    expect(part).toMatchObject({ status: 206, text: '234' });
    expect(part.headers).toMatchObject({ 'content-range': 'bytes 2-4/10', 'content-length': '3' });
    expect(await read('transform/a%20b.bin', { range: 'bytes=20-' })).toMatchObject({
      status: 416,
      headers: { 'content-range': 'bytes */10' },
    });
    const etag = `"${manifest.files[1]?.sha256}"`;
    const again = { range: 'bytes=8-', 'if-range': etag };
    expect(await read('transform/a%20b.bin', again)).toMatchObject({ status: 206, text: '89' });
    expect(await read('transform/a%20b.bin', { ...again, 'if-range': '"other"' })).toMatchObject({
      status: 200,
    });
  });

  it('comes from a bucket as from a folder, to the last byte', async () => {
    const { read } = await world({ objects: await bucket() });
    expect(await read(FILE)).toMatchObject({ status: 200, text: '0123456789' });
    expect(await read(FILE, { range: 'bytes=-3' })).toMatchObject({ status: 206, text: '789' });
    expect(await read(FILE, { range: 'bytes=10-' })).toMatchObject({ status: 416 });
    expect(await read('empty')).toMatchObject({ status: 200, text: '', headers: { 'content-length': '0' } });
    expect(
      (await (await world({ objects: await bucket(), stored: { empty: null } })).read('empty')).status,
    ).toBe(404);
  });

  it('is not sent where the client has it, or asks for the headers alone', async () => {
    const { read, manifest } = await world();
    const etag = `"${manifest.files[1]?.sha256}"`;
    for (const has of [etag, `"other", W/${etag}`, '*']) {
      const known = await read(FILE, { 'if-none-match': has, range: 'bytes=2-4' });
      expect(known).toMatchObject({ status: 304, text: '', headers: { etag } });
      expect(known.headers).not.toHaveProperty('content-type');
    }
    expect(await read(FILE, { 'if-none-match': '"other"' })).toMatchObject({
      status: 200,
      text: '0123456789',
    });
    const head = await read(FILE, { range: 'bytes=2-4' }, 'HEAD');
    expect(head).toMatchObject({
      status: 200,
      text: '',
      headers: { etag, 'content-length': '10', 'accept-ranges': 'bytes' },
    });
    expect((await read('secret.txt', {}, 'HEAD')).status).toBe(404);
    const ofManifest = (await read('manifest.json', {}, 'HEAD')).headers['etag'] ?? '';
    expect(ofManifest).toMatch(/^"[0-9a-f]{64}"$/);
    expect((await read('manifest.json', { 'if-none-match': ofManifest })).status).toBe(304);
    expect((await read(FILE, {}, 'POST')).headers['allow']).toBe('GET, HEAD');
  });

  it.each([
    'secret.txt',
    '../model/a0001/secret.txt',
    '..%2F..%2F..%2Fsecret.txt',
    'transform',
    'transform/',
    'transform/..%2Fsecret.txt',
    'transform/..%2freport.html',
    './report.html',
    '%2Fetc%2Fpasswd',
    '/report.html',
    'transform%5Ca%20b.bin',
    'report.html%00',
    'report.html%00.json',
    'REPORT.HTML',
    '%252e%252e/secret.txt',
    'report.html?a',
  ])('is none where the manifest does not list it: %s', async (path) => {
    const { read } = await world();
    const { status, text } = await read(path);
    expect([400, 404]).toContain(status);
    expect(text).not.toContain('not listed');
  });

  it('is none where the manifest lists what lies outside of the folder', async () => {
    const outside = { bytes: 9, sha256: '0'.repeat(64), contentType: 'text/plain' };
    const paths = ['../../../secret.txt', 'transform/../../../../secret.txt', '/etc/passwd', 'a\\b', 'a//b'];
    const { read } = await world({ listed: paths.map((path) => ({ path, ...outside })) });
    for (const path of paths) {
      const answer = await read(encodeURIComponent(path));
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });

  it.each([
    ['a folder', undefined],
    ['a bucket', bucket],
  ])(
    'is refused before the first byte where the object in %s is shorter or longer than the manifest says',
    async (_where, open) => {
      const path = 'transform/a b.bin';
      for (const stored of ['01234', '0123456789ABC', '']) {
        const objects = open && { objects: await open() };
        const { read } = await world({ ...objects, stored: { [path]: stored } });
        const told = `has ${stored.length} bytes, and 10 are listed`;
        const refused = { type: /artifact-changed$/, detail: expect.stringContaining(told) as string };
        for (const headers of [{}, { range: 'bytes=0-1' }])
          expect(await read(FILE, headers)).toMatchObject({
            status: 409,
            json: { ...refused, type: expect.stringMatching(refused.type) as string },
          });
        expect((await read(FILE, {}, 'HEAD')).status).toBe(409);
      }
    },
  );

  it('is none where it is gone, or a link that leads out of the store', async () => {
    const { read, put } = await world({ stored: { 'report.html': null } });
    const gone = {
      status: 404,
      json: { detail: expect.stringContaining('is not there any more') as string },
    };
    expect(await read('report.html')).toMatchObject(gone);
    // Of the very size.
    const outside = join(await temporaryFolder(), 'secret');
    await writeFile(outside, 'x'.repeat(FILES['report.html'].content.length));
    await put('report.html', outside);
    expect(await read('report.html')).toMatchObject(gone);
  });

  it('is none where the run has no manifest of its own', async () => {
    const none = { ...RESULT, artifacts: {} };
    expect(await (await world({ result: none })).read('report.html')).toMatchObject({
      status: 404,
      json: { detail: expect.stringContaining('its trainer wrote no manifest') as string },
    });
    const foreign = { ...RESULT, artifacts: { manifest: 'gs://somebody/else/manifest.json' } };
    expect(await (await world({ result: foreign })).read('report.html')).toMatchObject({ status: 404 });
  });
});
