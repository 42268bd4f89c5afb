/** The page in a real browser, on the API of a control plane that the test writes into. */
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { newModel, paths, type Run } from '@trainyard/shared';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, expect, onTestFinished } from 'vitest';
import '../../functions/register.js';
import type { DocumentStore } from '../../functions/ports/documentStore/documentStore.js';
import { openPage } from '../../local/host/page.js';
import { openChromium } from './chromium.js';
import { testControlPlane, type TestControlPlane } from './controlPlane.js';
import { newRun } from './newRun.js';
import { epochRow } from './runView.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const RUN_ID = 'abcdefghijklmnopqrst';

/** Once for each file of tests, and the page once for all of a process. */
let browser: Promise<Browser> | undefined;
let built: Promise<string> | undefined;
afterAll(async () => {
  const used = browser;
  browser = undefined;
  await (await used)?.close();
});

/** The folder of the page, which is built once. */
export const builtPage = () => (built ??= buildPage());

async function buildPage(): Promise<string> {
  // Below the folder of all temporary files of the run, which its end removes.
  const outDir = await mkdtemp(join(tmpdir(), 'trainyard-page-'));
  const root = fileURLToPath(new URL('../../dashboard', import.meta.url));
  await build({ root, configFile: `${root}/vite.config.ts`, logLevel: 'error', build: { outDir } });
  return outDir;
}

async function served({ config }: Pick<TestControlPlane, 'config'>, port = 0): Promise<Server> {
  const [page, api] = [
    await openPage(await builtPage(), { firebase: config.firebaseWeb }),
    getTestServer('api'),
  ];
  const server = createServer((request, response) => {
    if (!page.serve(request, response)) api.emit('request', request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** How somebody looks at the page. */
interface Sight {
  colorScheme: 'light' | 'dark';
  width: number;
}
export const SIGHTS: readonly Sight[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1280, 390].map((width) => ({ colorScheme, width })),
);

interface Opening extends Partial<Run> {
  sight?: Sight;
  config?: Parameters<typeof testControlPlane>[0];
  documents?: DocumentStore;
}

/** A run that trains, the page, and what it complained of. */
export async function opened(path: string, { sight, config, documents, ...parts }: Opening = {}) {
  const cp = await testControlPlane(config, undefined, documents);
  const run = newRun(cp.now(), { status: 'running', currentStage: 'train', totalEpochs: 3, ...parts });
  await cp.put(run);
  await cp.store.transaction(async (tx) =>
    tx.set(paths.model('demo'), { ...newModel('demo', cp.now()), lastRunNumber: 1 }),
  );
  let server = await served(cp);
  const { port } = server.address() as AddressInfo;
  browser ??= openChromium();
  const page = await (
    await browser
  ).newPage({
    // A button that is pressed while its dialog still opens may have moved away before the press ends.
    reducedMotion: 'reduce',
    ...(sight && {
      colorScheme: sight.colorScheme,
      viewport: { width: sight.width, height: 900 },
      // Axe comes in from outside, which the page itself forbids.
      bypassCSP: true,
    }),
  });
  onTestFinished(async () => {
    await page.close();
    await closed(server);
  });
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`http://127.0.0.1:${port}${path}`);
  const restart = async (meanwhile: () => Promise<void>) => {
    await closed(server);
    await meanwhile();
    server = await served(cp, port);
  };
  const finishEpoch = (epoch: number) =>
    cp.store.transaction(async (tx) => {
      tx.set(paths.epoch(RUN_ID, epoch), { ...epochRow(epoch) });
      tx.set(paths.run(RUN_ID), { ...run, currentEpoch: epoch });
    });
  return { cp, run, page, complaints, restart, finishEpoch };
}

/** Signs in by a token. */
export async function enter(page: Page, token: string): Promise<void> {
  await page.getByLabel('ID token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export const shows = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();

/** Goes to each address, waits for the text, and finds nothing that axe complains of or that stands out of the page's width. */
export async function lookedAt(page: Page, views: readonly (readonly [path: string, text: string])[]) {
  const seen: Record<string, unknown> = {};
  for (const [path, text] of views) {
    await page.goto(new URL(path, page.url()).href);
    await shows(page, text);
    await page.evaluate(AXE);
    const violations = await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`))',
    );
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    seen[path] = { violations, overflow };
  }
  const clean = { violations: [], overflow: 0 };
  expect(seen).toEqual(Object.fromEntries(views.map(([path]) => [path, clean])));
}
