/** Starting a training from the page, by pointer and by keyboard alone. */
import { createHash } from 'node:crypto';
import { idFeature, type Run } from '@trainyard/shared';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { RESULT } from '../support/callbacks.js';
import { opened, RUN_ID, shows } from '../support/openedPage.js';
import { tabTo } from '../support/tabTo.js';

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });

/** Completes the run, which has found three columns in its data. */
async function looked(cp: Awaited<ReturnType<typeof opened>>['cp'], run: Run): Promise<void> {
  const { query, candidate } = run.spec.features;
  const [user, item] = [idFeature(query).column, idFeature(candidate).column];
  const columns = [
    [user, 98],
    [item, 36],
    ['city', 3],
  ].map(([name, distinct]) => ({
    name,
    distinct,
    type: 'VARCHAR',
    kind: 'category',
    nulls: 0,
    nullShare: 0,
    distinctIsExact: true,
    min: null,
    max: null,
    measured: null,
    top: [{ value: 'Bern', rows: 3 }],
  }));
  const content = JSON.stringify({ schemaVersion: 1, rows: 1200, columns });
  const folder = `runs/${RUN_ID}/model`;
  const file = {
    path: 'data/profile.json',
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    contentType: 'application/json',
  };
  const manifest = {
    schemaVersion: 1,
    modelVersion: 'demo#1',
    createdAt: cp.now().toISOString(),
    files: [file],
  };
  await cp.objects.putIfAbsent(`${folder}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
  await cp.objects.putIfAbsent(`${folder}/data/profile.json`, Buffer.from(content));
  const artifacts = { manifest: cp.objects.uri(`${folder}/manifest.json`) };
  await cp.put({ ...run, status: 'completed', result: { ...RESULT, artifacts } });
}

const newestOf = async (cp: Awaited<ReturnType<typeof opened>>['cp'], page: Page) => {
  await page.waitForURL(
    (url) => /^\/runs\/[a-z2-7]{20}$/.test(url.pathname) && !url.pathname.endsWith(RUN_ID),
  );
  return cp.run(new URL(page.url()).pathname.slice('/runs/'.length));
};

describe.skipIf(!hasChromium)(`a new training${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('is started by pointer from a clone of a run, as the form says', async () => {
    const { cp, page, complaints } = await opened(`/runs/${RUN_ID}`, { status: 'failed' });
    await page.getByRole('link', { name: 'Clone' }).click();
    await field(page, 'Epochs').fill('7');
    await page.getByLabel('Optimizer', { exact: true }).selectOption('adam');
    await field(page, 'Learning rate').fill('0.05');
    await page.getByRole('switch', { name: 'Early stopping' }).click({ force: true });
    await page.getByRole('checkbox', { name: 'large' }).check();
    await page
      .getByRole('group', { name: 'Query tower: layer 2' })
      .getByRole('button', { name: 'Remove' })
      .click();
    await field(page, 'Title').fill('<i>by hand</i>');
    await page.getByRole('status', { name: 'Estimate' }).waitFor();
    await page.getByRole('button', { name: 'Start training' }).click();
    const run = await newestOf(cp, page);
    expect(run).toMatchObject({
      modelId: 'demo',
      title: '<i>by hand</i>',
      spec: {
        training: { epochs: 7, optimizer: { type: 'adam', learningRate: 0.05 }, earlyStopping: false },
        compute: { tiers: ['large'] },
      },
    });
    expect(run.spec.model.query.layers).toHaveLength(2);
    await shows(page, '<i>by hand</i>');
    expect(complaints).toEqual([]);
  });

  it('is started by keyboard alone from an empty specification', async () => {
    const { cp, page } = await opened('/new');
    const type = async (name: string, text: string) => {
      await tabTo(page, name);
      await page.keyboard.type(text);
    };
    await page.getByRole('heading', { name: 'New training' }).waitFor();
    await type('Model', 'shop');
    await type('Where the rows are', 'purchases.csv');
    await tabTo(page, 'Column');
    await page.keyboard.type('user');
    await tabTo(page, 'Add a feature');
    await tabTo(page, 'Column');
    await page.keyboard.type('item');
    await tabTo(page, 'Remove layer 1');
    await page.keyboard.press('Enter');
    await type('Epochs', '4');
    await tabTo(page, 'Start training');
    await page.keyboard.press('Enter');
    const { modelId, spec } = await newestOf(cp, page);
    expect([modelId, spec.dataset.source.uri, spec.training.epochs, spec.model.query.layers.length]).toEqual([
      'shop',
      'purchases.csv',
      4,
      2,
    ]);
    expect([...spec.features.query, ...spec.features.candidate]).toMatchObject([
      { column: 'user', id: true },
      { column: 'item', id: true },
    ]);
  });

  it('has form and text say the same, and mistakes of the server at their field and at their line', async () => {
    const { page } = await opened(`/new?from=${RUN_ID}`);
    const text = page.getByLabel('Specification as YAML');
    await field(page, 'Epochs').fill('many');
    await shows(page, /^line \d+: training\.epochs: /);
    await expect.poll(() => field(page, 'Epochs').getAttribute('aria-invalid')).toBe('true');
    await text.fill((await text.inputValue()).replace('epochs: many', 'epochs: 9 # nine'));
    await expect.poll(() => field(page, 'Epochs').inputValue()).toBe('9');
    await field(page, 'Epochs').fill('10');
    await expect.poll(() => text.inputValue()).toContain('epochs: 10 # nine');
    await page.getByText('1 mistake').waitFor({ state: 'hidden' });
    await text.fill('dataset: [');
    await shows(page, 'The form waits until the text can be read.');
    expect(await field(page, 'Epochs').isDisabled()).toBe(true);
  });

  it('shows the columns of the data that a run has looked at, which a key puts into one tower and the pointer into the other', async () => {
    const { cp, page, run, complaints } = await opened('/runs');
    await looked(cp, run);
    await page.goto(new URL(`/new?from=${RUN_ID}`, page.url()).href);
    await shows(page, '1.2K rows, 98 users, 36 items');
    await tabTo(page, 'city into the candidate tower');
    await page.keyboard.press('Enter');
    const text = page.getByLabel('Specification as YAML');
    await expect.poll(() => text.inputValue()).toMatch(/candidate:[^]*- column: city\n +transform: lookup/);
    await page.getByRole('button', { name: 'city into the candidate tower, where it is already' }).waitFor();
    const picture = page.getByRole('img', { name: /An input of \d+ numbers: .*city 8/ });
    await picture.waitFor();
    await page
      .getByRole('group', { name: /^Candidate features: feature \d+/ })
      .last()
      .getByLabel('Dim')
      .fill('64');
    await page.getByRole('img', { name: /city 64/ }).waitFor();
    await page
      .getByRole('row', { name: /^city / })
      .dragTo(page.getByRole('group', { name: 'Query features', exact: true }));
    await expect.poll(() => text.inputValue()).toMatch(/query:[^]*- column: city\n[^]*candidate:/);
    expect(complaints).toEqual([]);
  });

  it('tells time and cost on the tier that is chosen', async () => {
    const { page } = await opened(`/new?from=${RUN_ID}`);
    const estimate = page.getByRole('status', { name: 'Estimate' });
    await field(page, 'Rows of the data').fill('1000000');
    await expect.poll(() => estimate.textContent()).toContain('small');
    const before = await estimate.textContent();
    await page.getByRole('checkbox', { name: 'large' }).check();
    await expect.poll(() => estimate.textContent()).toContain('large');
    expect(await estimate.textContent()).not.toBe(before);
  });

  it('keeps what was written when the page is loaded again', async () => {
    const { page } = await opened(`/new?from=${RUN_ID}`);
    await field(page, 'Epochs').fill('13');
    await page.reload();
    await expect.poll(() => field(page, 'Epochs').inputValue()).toBe('13');
  });

  it('takes a preset in the place of a section, and its content where that is to be changed', async () => {
    const { page } = await opened('/');
    const preset = { id: 'wide', description: 'Wide towers', content: { type: 'hybrid' } };
    const saved = await page.request.post(new URL('/api/model-configs', page.url()).href, { data: preset });
    expect(saved.status()).toBe(201);
    await page.goto(new URL(`/new?from=${RUN_ID}`, page.url()).href);
    await page.getByLabel('Model: preset').selectOption('wide');
    await page.getByText('Query tower').waitFor({ state: 'hidden' });
    const text = page.getByLabel('Specification as YAML');
    await expect.poll(() => text.inputValue()).toContain('preset: wide');
    // A hybrid needs a target, which the run has not: it is told, and the content waits for it.
    await shows(page, /line \d+: /);
  });

  it('says of a preset of features what it puts into the towers, what it crosses, and the best that came of it', async () => {
    const { cp, page, run } = await opened('/');
    const content = {
      query: [
        { column: 'user', transform: 'lookup', id: true, dim: 32 },
        { columns: ['city', 'month'], transform: 'cross', buckets: 100, dim: 8 },
      ],
      candidate: [{ column: 'item', transform: 'lookup', id: true, dim: 16 }],
    };
    const preset = { id: 'crossed', description: '', content };
    const saved = await page.request.post(new URL('/api/feature-configs', page.url()).href, { data: preset });
    expect(saved.status()).toBe(201);
    await cp.put({
      ...run,
      presets: ['feature-configs/crossed@1'],
      status: 'completed',
      result: { ...RESULT, metrics: { test_recall_at_100: 0.31 } },
    });
    await page.goto(new URL(`/new?from=${RUN_ID}`, page.url()).href);
    await page.getByLabel('Features: preset').selectOption('crossed');
    await shows(page, 'Query: user 32, city x month 8');
    await shows(page, 'Crosses: city x month');
    await shows(page, /^Best of this model: .*0\.31.*, by demo#1$/);
  });

  it('retries a run that failed', async () => {
    const { cp, page } = await opened(`/runs/${RUN_ID}`, { status: 'failed' });
    await page.getByRole('button', { name: 'Retry' }).click();
    expect((await newestOf(cp, page)).retryOf?.runId).toBe(RUN_ID);
  });
});
