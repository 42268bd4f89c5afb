import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setControlPlane } from '@trainyard/functions';
import { fillSummaries } from '@trainyard/functions/runs/summaries/fillSummaries';
import { startFunctionServer } from '@trainyard/local/host/functionServer';
import { openPage } from '@trainyard/local/host/page';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import type { Bench, BenchResult } from '../bench.js';
import { printProgress } from '../progress.js';
import { madeUpRun } from '../runs/madeUpRuns.js';
import { runsControlPlane, writeRuns } from '../runs/runsControlPlane.js';
import { writeEpochs } from './madeUpEpochs.js';
import { openChromium, WITHOUT_CHROMIUM } from './openChromium.js';
import { compareMs, firstRowMs, frameMs, tableMs } from './pageTimes.js';
import { scriptKb } from './scriptKb.js';

const MODEL = 'shop';
const COMPARED = 100;
const EPOCHS = 20;
/** Twelve metrics each. */
const KS = [1, 5, 10, 20, 50, 100, 200, 500, 1000];
const MOST = { script_kb: 200, first_row_ms: 1500, table_ms: 1000, compare_ms: 1000, frame_p95_ms: 50 };

export const pageLoad: Bench = {
  name: 'page-load',
  claim:
    'the page is light, its table of ten thousand runs is there at once and scrolls smoothly, and so is a comparison of a hundred',
  usage: '[--runs 10000] [--repeats 5]',
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({
      args,
      options: { runs: { type: 'string', default: '10000' }, repeats: { type: 'string', default: '5' } },
    });
    const count = z.coerce.number().int().min(COMPARED).max(100_000).parse(values.runs);
    const repeats = z.coerce.number().int().min(1).max(100).parse(values.repeats);
    const browser = await openChromium();
    if (!browser) return { skipped: WITHOUT_CHROMIUM };
    try {
      return await onServer(count, (url) => measured(url, browser, repeats));
    } finally {
      await browser.close();
    }
  },
};

async function onServer<T>(count: number, work: (url: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'trainyard-page-load-'));
  const cp = await runsControlPlane({ kind: 'sqlite' }, folder);
  const server = await startFunctionServer(0, randomBytes(32).toString('base64url'), await openPage());
  setControlPlane(() => Promise.resolve(cp));
  try {
    printProgress(`${count} runs are written`);
    await writeRuns(cp, MODEL, count, KS);
    await writeEpochs(cp, idsOf(COMPARED), EPOCHS);
    while ((await fillSummaries(cp)) > 0) printProgress('reconcile makes summaries');
    return await work(server.url);
  } finally {
    await server.close();
    await cp.bus.close();
    await cp.store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const idsOf = (count: number) => Array.from({ length: count }, (_, i) => madeUpRun(MODEL, i + 1).runId);

async function measured(url: string, browser: Browser, repeats: number): Promise<BenchResult> {
  const [first = ''] = idsOf(1);
  const kb = await scriptKb(url, browser, [`/runs/${first}`, `/compare?runs=${idsOf(2).join(',')}`]);
  printProgress(
    `kB of scripts: ${Object.entries(kb)
      .map(([view, size]) => `${view} ${size}`)
      .join(', ')}`,
  );
  const figures = {
    script_kb: Math.max(...Object.values(kb)),
    first_row_ms: await told('first_row_ms', firstRowMs(url, browser, repeats)),
    table_ms: await told('table_ms', tableMs(url, browser, repeats)),
    compare_ms: await told('compare_ms', compareMs(url, browser, repeats, idsOf(COMPARED))),
    frame_p95_ms: await told('frame_p95_ms', frameMs(url, browser)),
  };
  const names = Object.keys(MOST) as (keyof typeof MOST)[];
  return {
    figures,
    bar: names.map((name) => `${name} < ${MOST[name]}`).join(' and '),
    pass: names.every((name) => figures[name] < MOST[name]),
  };
}

/** A figure as soon as it is there: what is cut off later has told what it found. */
async function told(name: string, figure: Promise<number>): Promise<number> {
  const value = await figure;
  printProgress(`${name} ${value}`);
  return value;
}
