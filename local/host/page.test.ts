import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { openPage } from './page.js';

async function served(files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'assets'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const page = await openPage(folder);
  const server = createServer((request, response) => {
    if (!page.serve(request, response)) response.writeHead(418).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method });
}

const FILES = { 'index.html': '<!doctype html>', 'assets/index-abc.js': 'run()', 'icon.svg': '<svg/>' };

describe('the page of a host', () => {
  it('is its entry at every address of a view, which is asked for anew each time', async () => {
    const ask = await served(FILES);
    for (const path of ['/', '/runs', '/runs/abc?tab=events', '/models/shop/experiments/x']) {
      const response = await ask(path);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(FILES['index.html']);
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
  });

  it('allows scripts, styles, pictures and requests of its own origin alone, and no frame', async () => {
    const ask = await served(FILES);
    const { headers } = await ask('/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy.split('; ').toSorted()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
    ]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('has files by their types, and those that are named after their content are kept', async () => {
    const ask = await served(FILES);
    const script = await ask('/assets/index-abc.js');
    expect(await script.text()).toBe('run()');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect((await ask('/icon.svg')).headers.get('content-type')).toBe('image/svg+xml');
    expect(await (await ask('/', 'HEAD')).text()).toBe('');
  });

  it('has no other file, wherever a path leads', async () => {
    const ask = await served(FILES);
    for (const path of ['/assets/other.js', '/favicon.ico', '/..%2f..%2fetc%2fpasswd.txt'])
      expect((await ask(path)).status).toBe(404);
  });

  it('leaves to the functions what is theirs, and everything that changes something', async () => {
    const ask = await served(FILES);
    for (const path of [
      '/api/models',
      '/api',
      '/health',
      '/healthz',
      '/openapi.json',
      '/_functions/dispatch/',
    ])
      expect((await ask(path)).status).toBe(418);
    expect((await ask('/', 'POST')).status).toBe(418);
    expect((await ask('/apiary')).status).toBe(200);
  });

  it('says how it is built where it is not', async () => {
    const ask = await served({});
    const response = await ask('/');
    expect(response.status).toBe(404);
    expect(await response.text()).toMatch(/npm run build/);
  });
});
