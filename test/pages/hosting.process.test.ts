/** The page as Firebase Hosting would serve it, held against the host of one machine, and once in a real browser. */
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { paths } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hostingConfiguration } from '../../cloudbuild/plan/hosting.js';
import '../../functions/register.js';
import { openPage } from '../../local/host/page.js';
import { hasChromium, openChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { testControlPlane } from '../support/controlPlane.js';
import { matches, startHosting } from '../support/standIns/firebaseHosting.js';
import { newRun } from '../support/newRun.js';
import { builtPage, shows } from '../support/openedPage.js';
import { epochRow } from '../support/runView.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

async function listening(handle: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const of = (service: string, folder: string, streamOrigin: string | null = null) => ({
  folder,
  configuration: hostingConfiguration('shop-prod', 'europe-west4', { streamOrigin }),
  service,
});

describe('the page on Firebase Hosting', () => {
  it('is served as by the host of one machine: the same files, headers and ways to the API', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'assets'));
    for (const name of ['index.html', 'assets/index-abc.js', 'assets/icon-abc.svg'])
      await writeFile(join(folder, name), name);
    const page = await openPage(folder);
    const functions = await listening((_request, response) => response.writeHead(418).end('of a function'));
    const host = await listening((request, response) => {
      if (!page.serve(request, response)) response.writeHead(418).end('of a function');
    });
    const { origin } = await startHosting(() => of(functions, folder));
    const HEADERS = ['content-security-policy', 'referrer-policy', 'x-content-type-options', 'cache-control'];
    const seen = async (at: string, path: string) => {
      const response = await fetch(`${at}${path}`);
      const headers = HEADERS.map((name) => [name, response.headers.get(name)]);
      return { status: response.status, text: await response.text(), headers: Object.fromEntries(headers) };
    };
    for (const path of [
      '/',
      '/runs',
      '/runs/abc?tab=events',
      '/models/shop',
      '/apiary',
      '/assets/index-abc.js',
      '/assets/icon-abc.svg',
    ])
      expect({ path, ...(await seen(origin, path)) }).toEqual({ path, ...(await seen(host, path)) });
    for (const path of [
      '/api/models',
      '/api/stream?topics=runs',
      '/openapi.json',
      '/health',
      '/healthz',
      '/assets/old.js',
    ])
      expect({ path, status: (await seen(origin, path)).status }).toEqual({
        path,
        status: (await seen(host, path)).status,
      });
    expect((await seen(origin, '/api/models')).headers['content-security-policy']).toBeNull();
  });

  it('has its globs read as Firebase documents them', () => {
    expect(matches('/api/**', '/api/models')).toBe(true);
    expect(matches('/api/**', '/apiary')).toBe(false);
    expect(matches('!/@(js|css)/**', '/js/a.js')).toBe(false);
    expect(matches('!/@(js|css)/**', '/jss/a.js')).toBe(true);
    expect(() => matches('/a{,/**}', '/a')).toThrow(/not known/);
  });
});

describe.skipIf(!hasChromium)(`there, in a browser${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('a run is watched by a stream of the API itself, for the site holds answers back; what is asked for goes through the site', async () => {
    const cp = await testControlPlane();
    const run = newRun(cp.now(), { status: 'running', currentStage: 'train', totalEpochs: 3 });
    await cp.put(run);
    const api = getTestServer('api');
    const asked: string[] = [];
    const functions = await listening((request, response) => {
      asked.push(`${request.headers.origin ?? 'the site'} ${request.url?.split('?')[0]}`);
      api.emit('request', request, response);
    });
    const { origin } = await startHosting(() => of(functions, folder, functions));
    const folder = await builtPage();
    cp.config = { ...cp.config, allowedOrigins: [origin], streamOrigin: functions };
    const browser = await openChromium();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${origin}/runs/${run.runId}`);
    await shows(page, 'No epoch is done yet.');
    await cp.store.transaction(async (tx) => {
      tx.set(paths.epoch(run.runId, 1), { ...epochRow(1) });
      tx.set(paths.run(run.runId), { ...run, currentEpoch: 1 });
    });
    await page.getByRole('cell', { name: '0.1500' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await shows(page, 'Is being cancelled');
    expect(asked).toContain(`${origin} /api/stream`);
    expect(asked).toContain('the site /api/sign-in');
    expect(asked).not.toContain('the site /api/stream');
    expect(complaints).toEqual([]);
  });
});
