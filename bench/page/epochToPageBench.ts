import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import type { Bench, BenchResult } from '../bench.js';
import { quantile, sendCallbacks } from '../callbacks/load.js';
import { Server } from '../callbacks/server.js';
import { startRun } from '../callbacks/startRun.js';
import { openChromium, WITHOUT_CHROMIUM } from './openChromium.js';

const MOST_MS = 500;
const PER_SECOND = 2;

export const epochToPage: Bench = {
  name: 'epoch-to-page',
  claim: `from the trainer's callback to the epoch on the page, in a real browser, it takes less than ${MOST_MS} ms`,
  usage: '[--epochs 50]',
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({ args, options: { epochs: { type: 'string', default: '50' } } });
    const epochs = z.coerce.number().int().min(1).max(1000).parse(values.epochs);
    const browser = await openChromium();
    if (!browser) return { skipped: WITHOUT_CHROMIUM };
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-epoch-to-page-'));
    const server = await Server.start({ folder, stores: { kind: 'sqlite' } });
    try {
      const times = (await watched(server, browser, epochs)).toSorted((a, b) => a - b);
      const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
      return {
        figures: { p95_ms: Math.round(p95), p50_ms: Math.round(p50), epochs: times.length },
        bar: `p95_ms < ${MOST_MS} over ${epochs} epochs`,
        pass: times.length === epochs && p95 < MOST_MS,
      };
    } finally {
      await browser.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** The milliseconds of each epoch, from when its callback is sent to the frame that shows its row. */
async function watched({ url, masterSecret }: Server, browser: Browser, epochs: number): Promise<number[]> {
  const runId = await startRun(url, 'shop');
  const page = await browser.newPage();
  await page.goto(`${url}/runs/${runId}`);
  await page.getByText('No epoch is done yet.').waitFor();
  await page.getByRole('status').getByText('live').waitFor();
  await page.evaluate(NOTE_ROWS);
  const sent = new Map<number, number>();
  const onDue = (_runId: string, epoch: number) => sent.set(epoch, Date.now());
  const target = { url, masterSecret, runIds: [runId] };
  await sendCallbacks({ ...target, perSecond: PER_SECOND, callbacks: epochs, after: 0, onDue });
  await page
    .locator(`#epochs ~ * tbody tr`)
    .nth(epochs - 1)
    .waitFor();
  const shown = await shownTimes(page);
  return [...sent].flatMap(([epoch, at]) => {
    const time = shown.get(epoch);
    return time === undefined ? [] : [time - at];
  });
}

/** Notes when a row with an epoch's loss is first there in a frame. */
const NOTE_ROWS = `
  window.shownEpochs = {};
  new MutationObserver(() => {
    const rows = [...document.querySelectorAll('#epochs ~ * tbody tr')];
    const done = rows.filter((row) => row.ariaCurrent !== 'true').map((row) => parseInt(row.cells[0].textContent, 10));
    requestAnimationFrame(() => { for (const epoch of done) window.shownEpochs[epoch] ??= Date.now(); });
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
`;

async function shownTimes(page: Page): Promise<Map<number, number>> {
  const shown = z.record(z.string(), z.number()).parse(await page.evaluate('window.shownEpochs'));
  return new Map(Object.entries(shown).map(([epoch, at]) => [Number(epoch), at]));
}
