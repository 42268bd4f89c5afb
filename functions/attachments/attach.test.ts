import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  MAX_ATTACHMENT_BYTES,
  MAX_ATTACHMENTS,
  newRunId,
  type Attachment,
  type Run,
} from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';
import { tokenIssuer } from '../../test/support/standIns/tokenIssuer.js';
import { attach } from './attach.js';

const FILE = { 'content-type': 'application/octet-stream' };
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

async function world(parts: Partial<Run> = {}) {
  const cp = await testControlPlane();
  const api = await serveFunction('api');
  const run = newRun(cp.now(), { runId: newRunId(), status: 'completed', ...parts });
  await cp.put(run);
  const at = (path: string) => `/api/training-runs/${run.runId}/attachments/${path}`;
  const put = (path: string, body: string | Buffer, query = '') =>
    api.send(`${at(path)}${query}`, { method: 'PUT', body, headers: FILE });
  const refused = (path: string, body: string | Buffer, headers: Record<string, string> = FILE) =>
    api.refused(at(path), { method: 'PUT', body, headers });
  const attached = async () => (await cp.run(run.runId)).attachments;
  const objects = () => cp.objects.list(`attachments/${run.runId}/`);
  return { cp, api, run, at, put, refused, attached, objects };
}

describe('a file that is attached', () => {
  it.each(['running', 'completed', 'failed'] as const)(
    'is listed with the run, which may be %s, and read as it was sent, whole or in part',
    async (status) => {
      const { cp, api, at, put, attached, run } = await world({ status });
      const content = Buffer.from([0, 255, 1, 254, 10, 13]);
      const { status: made, json } = await put('plots/loss%20of%20all.png', content);
      const told = {
        path: 'plots/loss of all.png',
        bytes: 6,
        sha256: sha256(content),
        attachedBy: 'local',
        attachedAt: cp.now().toISOString(),
      };
      expect({ made, json }).toEqual({ made: 201, json: told });
      expect(await attached()).toEqual([told]);
      expect((await api.send(`/api/training-runs/${run.runId}`)).json).toMatchObject({ attachments: [told] });
      const address = `http://127.0.0.1:${api.port}${at('plots/loss%20of%20all.png')}`;
      const whole = await fetch(address);
      expect(Buffer.from(await whole.arrayBuffer())).toEqual(content);
      expect(whole.headers.get('content-type')).toBe('image/png');
      expect(whole.headers.get('content-security-policy')).toBe('sandbox');
      const part = await fetch(address, { headers: { range: 'bytes=1-2' } });
      expect(Buffer.from(await part.arrayBuffer())).toEqual(content.subarray(1, 3));
      expect((await cp.run(run.runId)).status).toBe(status);
    },
  );

  it('may hold nothing', async () => {
    const { put, attached, api, at } = await world();
    expect(await put('empty.txt', '')).toMatchObject({ status: 201 });
    expect(await attached()).toMatchObject([{ bytes: 0, sha256: sha256('') }]);
    expect((await api.send(at('empty.txt'))).text).toBe('');
  });

  it('is attached once however often it is sent', async () => {
    const { cp, put, attached, objects } = await world();
    expect((await put('notes.md', 'same')).status).toBe(201);
    const before = await attached();
    cp.pass(60);
    const again = await Promise.all([put('notes.md', 'same'), put('notes.md', 'same')]);
    expect(again.map(({ status, json }) => [status, json])).toEqual([
      [200, before[0]],
      [200, before[0]],
    ]);
    expect(await attached()).toEqual(before);
    expect(await objects()).toHaveLength(1);
  });

  it('gives way to other content only where that is asked for, and its object goes with it', async () => {
    const { put, refused, attached, objects, api, at } = await world();
    await put('notes.md', 'first');
    expect(await refused('notes.md', 'other')).toMatchObject({
      status: 409,
      type: expect.stringMatching(/attachment-exists$/) as string,
      detail: expect.stringMatching(
        /"notes\.md", of 5 bytes, which local attached at .*: ask to replace it/,
      ) as string,
    });
    expect(await objects()).toHaveLength(1);
    expect((await put('notes.md', 'other', '?replace=true')).status).toBe(201);
    expect((await attached()).map(({ path, sha256: is }) => [path, is])).toEqual([
      ['notes.md', sha256('other')],
    ]);
    expect((await api.send(at('notes.md'))).text).toBe('other');
    expect(await objects()).toHaveLength(1);
  });

  it('shares nothing with one of the same content at another path', async () => {
    const { put, api, at } = await world();
    await put('a.txt', 'same');
    await put('b.txt', 'same');
    expect((await api.send(at('a.txt'), { method: 'DELETE' })).json).toEqual({ deleted: true });
    expect((await api.refused(at('a.txt'))).detail).toMatch(/has no attachment "a\.txt": it has b\.txt\.$/);
    expect((await api.send(at('b.txt'))).text).toBe('same');
  });

  it('is one of several that come at the same time', async () => {
    const { put, attached, objects } = await world();
    const paths = Array.from({ length: 12 }, (_, i) => `${i}.txt`);
    await Promise.all(paths.map((path) => put(path, `the file ${path}`)));
    expect((await attached()).map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
    expect(await objects()).toHaveLength(12);
  });

  it('leaves no object where another one of the path was faster', async () => {
    const { cp, run, attached, objects } = await world();
    const sent = (content: string) =>
      attach(cp, run.runId, { path: 'a.txt', content: Buffer.from(content), replace: false, by: 'ana' });
    const outcomes = await Promise.allSettled([sent('one'), sent('two')]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await attached()).toHaveLength(1);
    expect(await objects()).toHaveLength(1);
  });
});

describe('what is attached', () => {
  it('is bounded in number', async () => {
    const attachments: Attachment[] = Array.from({ length: MAX_ATTACHMENTS }, (_, i) => ({
      path: `${i}.txt`,
      bytes: 0,
      sha256: sha256(''),
      attachedBy: 'ana',
      attachedAt: '2026-01-01T00:00:00.000Z',
    }));
    const { refused, put, objects } = await world({ attachments });
    expect(await refused('more.txt', 'x')).toMatchObject({
      status: 409,
      detail: expect.stringContaining(`${MAX_ATTACHMENTS} are allowed: remove one`) as string,
    });
    expect(await objects()).toEqual([]);
    expect((await put('3.txt', 'x', '?replace=true')).status).toBe(201);
  });

  it('is bounded in size', async () => {
    const { refused, put } = await world();
    expect(await refused('large.bin', Buffer.alloc(MAX_ATTACHMENT_BYTES + 1))).toMatchObject({
      status: 413,
      detail: `The file has ${MAX_ATTACHMENT_BYTES + 1} bytes; at most ${MAX_ATTACHMENT_BYTES} are taken.`,
    });
    expect((await put('large.bin', Buffer.alloc(MAX_ATTACHMENT_BYTES))).status).toBe(201);
  });

  it.each([
    '..%2Fspec.json',
    'a/../b',
    'a//b',
    '.hidden',
    'a%5Cb',
    'a%00b',
    'c%3Ad',
    'end.',
    '%20a',
    'a%0Ab',
    'x'.repeat(513),
  ])('has no path that leads elsewhere, or that no file could have: %s', async (path) => {
    const { refused, objects } = await world();
    expect(await refused(path, 'x')).toMatchObject({ status: 400 });
    expect(await objects()).toEqual([]);
  });

  it.each([
    [{ 'content-type': 'text/plain' }, /text\/plain; a file is sent as application\/octet-stream, as it is/],
    [{ ...FILE, 'content-encoding': 'gzip' }, /octet-stream, encoded as gzip; a file is sent/],
  ])('is sent as bytes that are not compressed, and not as %j', async (headers, says) => {
    const { refused } = await world();
    const body = 'content-encoding' in headers ? gzipSync('x') : 'x';
    expect(await refused('a.txt', body, headers)).toMatchObject({
      status: 415,
      detail: expect.stringMatching(says) as string,
    });
  });

  it('is changed by trainers alone, of their teams, and read by viewers', async () => {
    const { cp, api, at, put } = await world({ teams: ['red'] });
    await put('a.txt', 'x');
    const issuer = 'https://issuer.example';
    const { keysUrl, sign } = await tokenIssuer(issuer);
    cp.config = { ...cp.config, auth: 'tokens', tokenIssuers: [{ issuer, audience: 'shop', keysUrl }] };
    const now = cp.now().getTime() / 1000;
    const as = async (trainyardRole: string, team: string) => ({
      authorization: `Bearer ${await sign({ aud: 'shop', sub: 'ben', iat: now, exp: now + 600, trainyardRole, trainyardTeams: [team] })}`,
    });
    const send = async (method: string, role: string, team: string) =>
      (
        await api.send(at('a.txt'), {
          method,
          headers: { ...(await as(role, team)), ...FILE },
          ...(method === 'PUT' && { body: 'x' }),
        })
      ).status;
    expect(await send('GET', 'viewer', 'red')).toBe(200);
    expect(await send('PUT', 'viewer', 'red')).toBe(403);
    expect(await send('DELETE', 'viewer', 'red')).toBe(403);
    expect(await send('GET', 'viewer', 'blue')).toBe(404);
    expect(await send('PUT', 'trainer', 'blue')).toBe(404);
    expect(await send('PUT', 'trainer', 'red')).toBe(200);
  });
});
