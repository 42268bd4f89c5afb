/** The table of runs in a real browser. */
import { newModel, paths } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { lookedAt, opened, shows } from '../support/openedPage.js';
import { newRun } from '../support/newRun.js';

const COUNT = 400;
/** Letters of the alphabet of ids, by a number. */
const idOf = (n: number) =>
  n
    .toString(26)
    .replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]!)
    .padStart(20, 'q');

/** Many runs, whose titles are their numbers. */
async function manyRuns(path: string) {
  const world = await opened('/');
  const { cp, page } = world;
  const runs = Array.from({ length: COUNT }, (_, i) =>
    newRun(cp.now(), {
      runId: idOf(i + 1),
      modelId: 'many',
      runNumber: i + 1,
      status: 'failed',
      title: `title ${i + 1}`,
    }),
  );
  await cp.put(...runs);
  await cp.store.transaction(async (tx) =>
    tx.set(paths.model('many'), { ...newModel('many', cp.now()), lastRunNumber: COUNT }),
  );
  await page.goto(new URL(path, page.url()).href);
  return { ...world, to: (name: string) => page.getByRole('link', { name, exact: true }) };
}

describe.skipIf(!hasChromium)(`the table of runs${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('has few rows in the document, and reaches the last one by wheel and by keyboard', async () => {
    const { page, complaints, to } = await manyRuns('/runs?model=many');
    await to(`many#${COUNT}`).waitFor();
    await shows(page, `${COUNT} runs`);
    const table = page.getByRole('table');
    expect(await table.getAttribute('aria-rowcount')).toBe(String(COUNT + 1));
    await page.getByRole('region', { name: 'Table of runs' }).evaluate((rows) => {
      rows.scrollTop = rows.scrollHeight;
    });
    await to('many#1').waitFor();
    expect(await page.locator('.runTable tr').count()).toBeLessThan(60);
    await to('many#1').focus();
    await page.keyboard.press('Control+Home');
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe(`many#${COUNT}`);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe(`many#${COUNT - 1}`);
    const row = page.getByRole('row').filter({ has: to(`many#${COUNT - 1}`) });
    expect(await row.getAttribute('aria-rowindex')).toBe('3');
    // Scrolled out of sight, the row that has the focus stays.
    await page.getByRole('region', { name: 'Table of runs' }).evaluate((rows) => {
      rows.scrollTop = rows.scrollHeight / 2;
    });
    await to(`many#${COUNT / 2}`).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe(`many#${COUNT - 1}`);
    expect(complaints).toEqual([]);
  });

  it('keeps order, columns, search and selection in its address, and tells mistakes at their input', async () => {
    const { page, to } = await manyRuns('/runs?model=many');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await to('many#1').waitFor();
    await page.getByLabel('Search').fill('title 39');
    await shows(page, '11 runs found');
    await page.getByRole('checkbox', { name: 'Compare many#391' }).check();
    const columns = page.getByRole('combobox', { name: 'Columns' });
    await columns.fill('params.training.epochs');
    await columns.press('Enter');
    await page.getByRole('button', { name: 'training.epochs' }).waitFor();
    await page.reload();
    await shows(page, '11 runs found');
    await page
      .getByRole('columnheader', { name: 'Run' })
      .and(page.locator('[aria-sort=ascending]'))
      .waitFor();
    await page.getByRole('button', { name: 'training.epochs' }).waitFor();
    expect(await page.getByRole('checkbox', { name: 'Compare many#391' }).isChecked()).toBe(true);
    await page.getByLabel('Filter').fill('title = ');
    await shows(page, 'The filter is wrong at its end');
    expect(await page.getByLabel('Filter').getAttribute('aria-invalid')).toBe('true');
  });

  it('has cards with the place and words of a failure', async () => {
    const error = {
      code: 'out-of-memory',
      message: 'OOM <i>during</i> vocabulary generation',
      stage: 'transform',
      remedy: null,
    } as const;
    const { page } = await opened('/runs?model=demo&view=cards', { status: 'failed', error });
    const card = page.getByRole('article', { name: 'demo#1' });
    await card.getByText('transform: OOM <i>during</i> vocabulary generation').waitFor();
    await card.getByRole('link', { name: 'View log' }).waitFor();
  });

  it('has nothing that axe finds in table or cards, in the dark on a narrow screen', async () => {
    const { page } = await opened('/', { sight: { colorScheme: 'dark', width: 390 } });
    await lookedAt(page, [
      ['/runs?model=demo&view=cards', 'View progress'],
      ['/runs?model=demo&columns=params.training.epochs', 'training.epochs'],
    ]);
  });
});
