/** The log of a run in a real browser. */
import { readFile } from 'node:fs/promises';
import { paths } from '@trainyard/shared';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { opened, RUN_ID, shows } from '../support/openedPage.js';

/** Of the file that a button gives. */
async function linesOf(page: Page, button: string): Promise<string[]> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return (await readFile(await file.path(), 'utf8')).trimEnd().split('\n');
}

describe.skipIf(!hasChromium)(`the log of a run${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('follows its end until its reader scrolls up, is searched and told by level', async () => {
    const { cp, page, complaints } = await opened(`/runs/${RUN_ID}?log=shown`);
    const say = (seq: number) =>
      cp.store.transaction(async (tx) =>
        tx.set(paths.logChunk(RUN_ID, 1, seq), {
          attempt: 1,
          seq,
          lines: Array.from({ length: 500 }, (_, i) => ({
            at: cp.now().toISOString(),
            level: i % 100 === 0 ? 'warn' : 'info',
            message: `line <b>${seq}-${i}</b>`,
            stage: 'train',
            fields: {},
          })),
        }),
      );
    await say(1);
    await shows(page, 'line <b>1-499</b>');
    await say(2);
    await shows(page, 'line <b>2-499</b>');
    const log = page.getByRole('log');
    expect(await page.locator('.logLine').count()).toBeLessThan(150);
    await log.focus();
    await page.keyboard.press('Home');
    await shows(page, 'line <b>1-0</b>');
    await say(3);
    await shows(page, '1,500 lines');
    expect(await log.evaluate((element) => element.scrollTop)).toBe(0);
    await page.getByLabel('Level').selectOption('warn');
    await shows(page, '15 of 1,500 lines');
    await page.getByLabel('Search the log').fill('B>2-');
    await shows(page, /^5 of 1,500 lines$/);
    // What is searched for narrows what is seen, and not what is taken away as the log.
    expect(await linesOf(page, 'Download these lines')).toHaveLength(5);
    const all = await linesOf(page, 'Download the log');
    expect(all).toHaveLength(1500);
    expect(all[0]).toMatch(/^\d{4}-\d\d-\d\dT\S+Z attempt 1 warn {2}train: line <b>1-0<\/b>$/);
    expect(complaints).toEqual([]);
  });
});
