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
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import '../../functions/register.js';
import { openPage } from '../../local/host/page.js';
import { hasChromium, openChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { testControlPlane } from '../support/controlPlane.js';
import { newRun } from '../support/newRun.js';
import { epochRow, stageRow } from '../support/runView.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RUN_ID = 'abcdefghijklmnopqrst';
let browser: Browser;
let built: string;

beforeAll(async () => {
  if (!hasChromium) return;
  // Below the folder of all temporary files of the run, which its end removes.
  built = await mkdtemp(join(tmpdir(), 'trainyard-page-'));
  const root = fileURLToPath(new URL('../../dashboard', import.meta.url));
  await build({ root, configFile: `${root}/vite.config.ts`, logLevel: 'error', build: { outDir: built } });
  browser = await openChromium();
});
afterAll(() => browser?.close());

async function served(port = 0): Promise<Server> {
  const [page, api] = [await openPage(built), getTestServer('api')];
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

/** A run that trains, the page, and what it complained of. */
async function opened(
  path: string,
  { browserOptions = {}, ...parts }: Partial<Run> & { browserOptions?: BrowserContextOptions } = {},
) {
  const cp = await testControlPlane();
  const run = newRun(cp.now(), { status: 'running', currentStage: 'train', totalEpochs: 3, ...parts });
  await cp.put(run);
  await cp.store.transaction(async (tx) =>
    tx.set(paths.model('demo'), { ...newModel('demo', cp.now()), lastRunNumber: 1 }),
  );
  let server = await served();
  const { port } = server.address() as AddressInfo;
  const page = await browser.newPage(browserOptions);
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
    server = await served(port);
  };
  const finishEpoch = (epoch: number) =>
    cp.store.transaction(async (tx) => {
      tx.set(paths.epoch(RUN_ID, epoch), { ...epochRow(epoch) });
      tx.set(paths.run(RUN_ID), { ...run, currentEpoch: epoch });
    });
  return { cp, run, page, complaints, restart, finishEpoch };
}

const shows = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor();

describe.skipIf(!hasChromium)(`the page${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('shows a run from its first epoch to its end without being loaded again, within its own policy', async () => {
    const { cp, run, page, complaints, finishEpoch } = await opened(`/runs/${RUN_ID}`);
    await shows(page, 'demo#1');
    await shows(page, 'No epoch is done yet.');
    for (const epoch of [1, 2, 3]) await finishEpoch(epoch);
    await page.getByRole('cell', { name: '0.4500' }).waitFor();
    await page.getByRole('img', { name: /^Loss by epoch/ }).waitFor();
    await cp.store.transaction(async (tx) => {
      tx.set(paths.stage(RUN_ID, 'train'), { ...stageRow('train') });
      tx.set(paths.run(RUN_ID), {
        ...run,
        status: 'failed',
        error: {
          code: 'out-of-memory',
          message: 'The <b>machine</b> was full.',
          stage: 'train',
          remedy: 'Take a larger one.',
        },
      });
    });
    // As text: markup of a message is none of the page's.
    await shows(page, 'The <b>machine</b> was full.');
    expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('leads from what runs now to the run, and cancels it when asked twice', async () => {
    const { cp, page, complaints } = await opened('/');
    await page.getByRole('link', { name: 'demo#1' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await shows(page, 'Is being cancelled');
    expect((await cp.run(RUN_ID)).cancelRequestedAt).not.toBeNull();
    expect(complaints).toEqual([]);
  });

  it('catches up by itself with what happened while its server was away', async () => {
    const { page, restart, finishEpoch } = await opened(`/runs/${RUN_ID}`);
    await shows(page, 'No epoch is done yet.');
    await restart(async () => {
      await shows(page, 'reconnecting');
      await finishEpoch(1);
    });
    await page.getByRole('cell', { name: '0.1500' }).waitFor();
    await page.getByRole('status').getByText('live').waitFor();
  });

  it('says that there is no such run, and where to go', async () => {
    const { page } = await opened('/runs/zzzzzzzzzzzzzzzzzzzz');
    await shows(page, 'Nothing here');
    await page.getByRole('link', { name: 'Go to the first page' }).click();
    await page.getByRole('heading', { name: 'Running now' }).waitFor();
  });

  it('has the runs of a model in a table that a filter narrows, in its address', async () => {
    const { page } = await opened('/runs?model=demo');
    await page.getByRole('link', { name: 'demo#1' }).waitFor();
    await page.getByLabel('Filter').fill('status = "failed"');
    await shows(page, 'No run matches the filter.');
    expect(new URL(page.url()).searchParams.get('filter')).toBe('status = "failed"');
  });

  it.each(
    (['light', 'dark'] as const).flatMap((colorScheme) =>
      [1280, 390].map((width) => ({ colorScheme, width })),
    ),
  )(
    'has nothing that axe finds, and nothing that stands out of its width: $colorScheme, $width',
    async ({ colorScheme, width }) => {
      // Axe comes in from outside, which the page itself forbids.
      const browserOptions = { colorScheme, viewport: { width, height: 900 }, bypassCSP: true };
      const { page, finishEpoch } = await opened('/', { browserOptions });
      await finishEpoch(1);
      const seen: Record<string, unknown> = {};
      for (const [path, text] of [
        ['/', 'Top configurations'],
        ['/runs?model=demo', 'demo#1'],
        [`/runs/${RUN_ID}`, 'under way'],
      ] as const) {
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
      expect(seen).toEqual({ '/': clean, '/runs?model=demo': clean, [`/runs/${RUN_ID}`]: clean });
    },
  );
});
