import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';

const PRESETS = '/api/model-configs';
const PRESET = { id: 'small', content: { temperature: 2 } };
const PAGE = 'https://app.shop.example';

async function opened(config: Parameters<typeof testControlPlane>[0] = {}) {
  const cp = await testControlPlane({ allowedOrigins: [PAGE], ...config });
  return { cp, api: await serveFunction('api') };
}

describe('a change that a page asks for', () => {
  it.each<[of: string, status: number, headers: Record<string, string>]>([
    ['this server', 201, { origin: 'http://localhost:8080', host: 'localhost:8080' }],
    [
      'this server, by a browser',
      201,
      { origin: 'http://[::1]', host: '[::1]', 'sec-fetch-site': 'same-origin' },
    ],
    ['its public address', 201, { origin: 'https://trainyard.example' }],
    ['an allowed origin', 201, { origin: PAGE, 'sec-fetch-site': 'cross-site' }],
    ['nobody: a program', 201, {}],
    ['nobody: somebody typed it', 201, { 'sec-fetch-site': 'none' }],
    ['another port of this machine', 403, { origin: 'http://localhost:3000', host: 'localhost:8080' }],
    ['another scheme', 403, { origin: 'https://localhost:8080', host: 'localhost:8080' }],
    ['a name that an allowed one begins', 403, { origin: `${PAGE}.evil.example` }],
    ['a path of an allowed one', 403, { origin: `${PAGE}/` }],
    ['a sandbox', 403, { origin: 'null' }],
    ['two origins', 403, { origin: `${PAGE}, https://evil.example` }],
    ['an empty origin', 403, { origin: '' }],
    ['a browser that names no origin', 403, { 'sec-fetch-site': 'same-site' }],
    [
      'this server, led here by another site',
      403,
      { origin: 'http://localhost', host: 'localhost', 'sec-fetch-site': 'cross-site' },
    ],
  ])('is of %s: %i', async (_of, status, headers) => {
    const { cp, api } = await opened();
    expect((await api.send(PRESETS, { body: PRESET, headers })).status).toBe(status);
    expect(Object.keys(cp.documents()).length > 0).toBe(status === 201);
  });

  it('is the server’s own where something before it ends TLS', async () => {
    const { api } = await opened({ auth: 'platform' });
    const headers = { host: 'api.example', origin: 'https://api.example', 'x-forwarded-proto': 'https' };
    expect((await api.send(PRESETS, { body: PRESET, headers })).status).toBe(201);
  });

  it('is refused with what to set', async () => {
    const { api } = await opened();
    const problem = await api.refused(PRESETS, { body: PRESET, headers: { origin: 'https://evil.example' } });
    expect(problem.detail).toMatch(/"https:\/\/evil\.example".*TRAINYARD_ALLOWED_ORIGINS/);
  });
});

describe('an allowed origin', () => {
  it('may ask what it may send, and read what is answered; others may not', async () => {
    const { api } = await opened();
    const asking = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    const preflight = async (origin: string) => {
      const answer = await fetch(`http://127.0.0.1:${api.port}${PRESETS}`, {
        method: 'OPTIONS',
        headers: { ...asking, origin },
      });
      return [answer.status, answer.headers.get('access-control-allow-origin')];
    };
    expect(await preflight(PAGE)).toEqual([204, PAGE]);
    expect(await preflight('https://evil.example')).toEqual([405, null]);
    const read = await api.send(PRESETS, { headers: { origin: PAGE } });
    expect(read.headers).toMatchObject({ 'access-control-allow-origin': PAGE, vary: 'Origin' });
    const foreign = await api.send(PRESETS, { headers: { origin: 'https://evil.example' } });
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('the header Host', () => {
  it.each(['LOCALHOST:8080', 'LocalHost'])('may be %s', async (host) => {
    const { api } = await opened();
    expect((await api.send(PRESETS, { headers: { host } })).status).toBe(200);
  });

  it.each(['evil.example', '127.0.0.1'])('may not be there twice, with %s as the second', async (second) => {
    const { api } = await opened();
    const socket = connect(api.port, '127.0.0.1');
    socket.end(`GET ${PRESETS} HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: ${second}\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('several Host headers');
  });
});
