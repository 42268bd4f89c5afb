/** The log of a run in a real browser. */
import { paths } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { opened, RUN_ID, shows } from '../support/openedPage.js';

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
    await shows(page, '5 of 1,500 lines');
    expect(complaints).toEqual([]);
  });
});
