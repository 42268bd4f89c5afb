/** What is known of the data of a model, on the page. */
import { newModel, newRunId, paths, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { completeWithData, failWithData } from '../support/data/report.js';
import { newRun } from '../support/newRun.js';
import { lookedAt, opened, RUN_ID, shows, SIGHTS } from '../support/openedPage.js';

const dataOf = (uri: string, digest: string): Run['data'] => ({
  uri,
  fingerprint: digest,
  snapshot: null,
  rows: 4,
  digest: `sha256:${digest.repeat(64)}`,
});
const FIRST = { data: dataOf('purchases.csv', 'a') };

describe.skipIf(!hasChromium)(`data on the page${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('are what the newest run found: facts, expectations, drift, schema and columns, whatever their names hold', async () => {
    const { cp, run, page, complaints } = await opened('/data?model=demo', FIRST);
    await shows(page, 'No completed run of this model has looked at its data');
    await completeWithData(cp, run);
    await shows(page, '4 rows, 3 users');
    await page
      .getByRole('row', { name: /^values city violated .*not allowed 3 \(75\.0 %\) <i>Linz<\/i> row 2$/ })
      .waitFor();
    await page
      .getByRole('row', { name: /^at as good as another 0\.31 0\.2 0\.4 0\.001 percentiles$/ })
      .waitFor();
    await shows(page, 'column "city" is new');
    await page.getByRole('row', { name: /^city VARCHAR category none Berlin, Vienna$/ }).waitFor();
    const at = page.getByRole('article', { name: 'at' });
    await at.getByRole('img', { name: /^Rows by at/ }).waitFor();
    await at.getByText('2025-01-02 00:00').first().waitFor();
    await page.getByRole('article', { name: 'city' }).getByText('<b>Vienna</b>').waitFor();
    expect(complaints).toEqual([]);
  });

  it('are chosen by data set and version, which the address has, and a run leads to its own', async () => {
    const { cp, run, page } = await opened('/', FIRST);
    const later = newRun(cp.now(), {
      runId: newRunId(),
      runNumber: 2,
      data: dataOf('returns.csv', 'b'),
    });
    await completeWithData(cp, run);
    await completeWithData(cp, later);
    await cp.store.transaction(async (tx) =>
      tx.set(paths.model('demo'), { ...newModel('demo', cp.now()), lastRunNumber: 2 }),
    );
    await page.goto(new URL(`/runs/${RUN_ID}`, page.url()).href);
    await page.getByRole('link', { name: 'Its data' }).click();
    await shows(page, '4 rows, 3 users');
    expect(new URL(page.url()).searchParams.get('run')).toBe(RUN_ID);
    expect(await page.getByLabel('Data set').inputValue()).toBe('purchases.csv');
    await page.getByLabel('Data set').selectOption('returns.csv');
    await page.getByRole('link', { name: 'demo#2' }).waitFor();
    expect(new URL(page.url()).searchParams.get('run')).toBe(later.runId);
  });

  it('of a run that they have ended are led to from its error, and from a model without any other', async () => {
    const { cp, run, page, complaints } = await opened(`/runs/${RUN_ID}`, FIRST);
    await shows(page, 'No epoch is done yet.');
    await failWithData(cp, run);
    await shows(page, 'correct the data, or change dataset.expectations');
    await shows(page, 'The run ended before its first epoch was done.');
    expect(await page.getByRole('heading', { name: 'Curves' }).count()).toBe(0);
    await page.getByRole('link', { name: 'What it found in its data' }).click();
    await page.getByRole('row', { name: /^values city violated/ }).waitFor();
    await shows(page, ', which is failed,');
    // A training that is to go better begins with what is known.
    await page.goto(new URL(`/new?model=demo&from=${RUN_ID}`, page.url()).href);
    await shows(page, '4 rows, 3 users');
    await shows(page, ', which failed (');
    await page.goto(new URL('/data?model=demo', page.url()).href);
    await page.getByRole('link', { name: 'What demo#1 found before it failed' }).click();
    await shows(page, '4 rows, 3 users');
    expect(complaints).toEqual([]);
  });

  it.each(SIGHTS)(
    'have nothing that axe finds, and nothing that stands out of its width: $colorScheme, $width',
    async (sight) => {
      const { cp, run, page } = await opened('/', { sight, ...FIRST });
      await completeWithData(cp, run);
      await lookedAt(page, [[`/data?run=${RUN_ID}`, 'column "city" is new']]);
    },
  );
});
