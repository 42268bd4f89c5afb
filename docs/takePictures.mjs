// Takes the pictures of docs/pictures: trains the sample purchases on a host of its own, and photographs each view of the page in a browser.
// `npm run docs:pictures`, with Chromium at the place that the first argument names.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'trainyard-pictures-'));
const host = spawn(
  process.execPath,
  [join(root, 'local/bin/trainyard.js'), 'demo', '--keep', '--rows', '20000', '--directory', folder],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);

/** Resolves to the address that the demo serves at, once its run is over. */
const served = () =>
  new Promise((resolve, reject) => {
    let written = '';
    host.stdout.on('data', (chunk) => {
      written += chunk;
      const address = /serving at (\S+) until/.exec(written);
      if (address) resolve(address[1]);
    });
    host.once('exit', (code) => reject(new Error(`the demo ended with ${code}:\n${written}`)));
  });

async function ask(url, path, body) {
  const response = await fetch(new URL(path, url), {
    ...(body && {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Polls until what is asked for has one of the statuses. */
async function untilStatus(url, path, statuses) {
  for (;;) {
    const thing = await ask(url, path);
    if (statuses.includes(thing.status)) return thing;
    await pause(500);
  }
}

/** A second run and a sweep, so that there is something to compare. */
async function trainMore(url) {
  const [first] = (await ask(url, '/api/models/sample/training-runs')).runs;
  const training = { ...first.spec.training, epochs: 3, optimizer: { type: 'adagrad', learningRate: 0.1 } };
  const second = await ask(url, '/api/models/sample/training-runs', { spec: { ...first.spec, training } });
  await untilStatus(url, `/api/training-runs/${second.runId}`, ['completed', 'failed']);
  const sweep = await ask(url, '/api/models/sample/sweeps', {
    spec: { ...first.spec, training: { ...training, epochs: 1 } },
    space: { 'training.optimizer.learningRate': [0.05, 0.1, 0.2] },
    maxTrials: 3,
  });
  await untilStatus(url, `/api/sweeps/${sweep.sweepId}`, ['completed', 'failed', 'cancelled']);
  return { first, second, sweep };
}

async function photograph(url, { first, second, sweep }) {
  const views = {
    home: '/',
    runs: '/runs?model=sample',
    run: `/runs/${first.runId}`,
    new: `/new?from=${first.runId}`,
    compare: `/compare?runs=${first.runId},${second.runId}`,
    models: '/models',
    model: '/models/sample',
    data: '/data?model=sample',
    sweeps: '/sweeps?model=sample',
    sweep: `/sweeps/${sweep.sweepId}`,
    settings: '/settings',
  };
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  const devtools = await page.context().newCDPSession(page);
  for (const [name, path] of Object.entries(views)) {
    await page.goto(new URL(path, url).href);
    // What is on its way says so.
    await page.getByRole('heading', { level: 1 }).waitFor();
    await pause(2_000);
    const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality: 70 });
    await writeFile(join(root, 'docs/pictures', `${name}.webp`), Buffer.from(data, 'base64'));
  }
  await browser.close();
}

try {
  const url = await served();
  await photograph(url, await trainMore(url));
} finally {
  host.removeAllListeners('exit');
  host.kill('SIGINT');
  await new Promise((resolve) => host.once('exit', resolve));
  await rm(folder, { recursive: true, force: true });
}
