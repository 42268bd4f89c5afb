import { createHash } from 'node:crypto';
import type { Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../test/support/callbacks.js';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';

const FILES = {
  'report.html': { type: 'text/html; charset=utf-8', content: '<script>alert(1)</script>' },
  'transform/a b.bin': { type: 'application/octet-stream', content: '0123456789' },
};

async function world(changes: Partial<Run> = {}) {
  const cp = await testControlPlane();
  const run = newRun(cp.now(), { status: 'completed' });
  const folder = `runs/${run.runId}/model/a0001`;
  const files = Object.entries(FILES).map(([path, { type, content }]) => ({
    path,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    contentType: type,
  }));
  const manifest = { schemaVersion: 1, modelVersion: 'demo#1', createdAt: cp.now().toISOString(), files };
  await cp.objects.putIfAbsent(`${folder}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
  await cp.objects.putIfAbsent(`${folder}/secret.txt`, Buffer.from('not listed'));
  for (const [path, { content }] of Object.entries(FILES))
    await cp.objects.putIfAbsent(`${folder}/${path}`, Buffer.from(content));
  const artifacts = { manifest: cp.objects.uri(`${folder}/manifest.json`) };
  await cp.put({ ...run, result: { ...RESULT, artifacts }, ...changes });
  const api = await serveFunction('api');
  const read = (path: string, headers: Record<string, string> = {}) =>
    api.send(`/api/training-runs/${run.runId}/artifacts/${path}`, { headers });
  return { read, manifest };
}

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

  it.each(['secret.txt', '../model/a0001/secret.txt', 'transform', 'transform/..%2Fsecret.txt'])(
    'is none where the manifest does not list it: %s',
    async (path) => {
      const { read } = await world();
      expect((await read(path)).status).toBe(404);
    },
  );

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
