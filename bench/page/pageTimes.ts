/** How long a reader waits, by the clock of a real browser: from the beginning of what is done to the frame that shows it. */
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { median } from '../bench.js';
import { quantile } from '../callbacks/load.js';

const SCROLLED_MS = 6000;
const ROW = '.runTable tbody [data-index] a';
const COMPARED = '.charts canvas';
/** What takes so long does not come any more: it is told, instead of waited for. */
const MOST_WAITED_MS = 60_000;

/** From the address of the list, in a browser that has nothing of the page, to its first row. */
export async function firstRowMs(url: string, browser: Browser, repeats: number): Promise<number> {
  return opened(browser, `${url}/runs?model=shop`, ROW, repeats);
}

/** From the address of a comparison, in a browser that has nothing of the page, to its charts. */
export async function compareMs(
  url: string,
  browser: Browser,
  repeats: number,
  runIds: readonly string[],
): Promise<number> {
  return opened(browser, `${url}/compare?runs=${runIds.join(',')}`, COMPARED, repeats);
}

async function opened(browser: Browser, address: string, shown: string, repeats: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(
      `window.whenShown = ${whenTrue(`document.querySelector(${JSON.stringify(shown)})`)}`,
    );
    await page.goto(address);
    times.push(z.number().parse(await page.evaluate('window.whenShown')));
    await context.close();
  }
  return Math.round(median(times));
}

/** The slowest of what is done with the table: opened from another view, ordered by a metric, and gone to its last row. */
export async function tableMs(url: string, browser: Browser, repeats: number): Promise<number> {
  const [open, order, last]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < repeats; i++) {
    const page = await browser.newPage();
    await page.goto(url);
    await page.locator('nav a[href="/runs"]').waitFor();
    open.push(
      await until(
        page,
        `document.querySelector('nav a[href="/runs"]').click()`,
        `document.querySelector('${ROW}')`,
      ),
    );
    await page.evaluate(`window.firstBefore = document.querySelector('${ROW}').textContent`);
    order.push(
      await until(
        page,
        `[...document.querySelectorAll('.ordering')].at(-1).click()`,
        `(() => { const row = document.querySelector('${ROW}'); return row && row.textContent !== window.firstBefore; })()`,
      ),
    );
    await page.evaluate(`[...document.querySelectorAll('.ordering')].at(-1).click()`);
    last.push(
      await until(
        page,
        `(() => { const rows = document.querySelector('.rows'); rows.scrollTop = rows.scrollHeight; })()`,
        `(() => { const rows = [...document.querySelectorAll('.runTable tbody [data-index]')]; const end = Number(document.querySelector('.runTable').getAttribute('aria-rowcount')); return rows.some((row) => Number(row.getAttribute('aria-rowindex')) === end && row.querySelector('a')); })()`,
      ),
    );
    await page.close();
  }
  return Math.round(Math.max(median(open), median(order), median(last)));
}

async function until(page: Page, action: string, condition: string): Promise<number> {
  const time = await page.evaluate(`(async () => {
    const begun = performance.now();
    ${action};
    return (await ${whenTrue(condition)}) - begun;
  })()`);
  return z.number().parse(time);
}

/** The script of a promise of the page's time at the first frame in which the condition holds. */
function whenTrue(condition: string): string {
  const missing = `${condition} was not true within ${MOST_WAITED_MS} ms`;
  return `new Promise((resolve, reject) => {
    const begun = performance.now();
    const look = () => {
      if (${condition}) resolve(performance.now());
      else if (performance.now() - begun > ${MOST_WAITED_MS}) reject(new Error(${JSON.stringify(missing)}));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })`;
}

/** The 95th percentile of the time between frames while the wheel turns over the table. */
export async function frameMs(url: string, browser: Browser): Promise<number> {
  const page = await browser.newPage();
  await page.goto(`${url}/runs?model=shop`);
  await page.locator(ROW).first().waitFor();
  await page.evaluate(`window.frames_ = []; (() => {
    let before = performance.now();
    const frame = (now) => { window.frames_.push(now - before); before = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
  })()`);
  await page.locator('.rows').hover();
  const end = Date.now() + SCROLLED_MS;
  while (Date.now() < end) await page.mouse.wheel(0, 400);
  const frames = z.array(z.number()).parse(await page.evaluate('window.frames_'));
  await page.close();
  return Math.round(
    quantile(
      frames.toSorted((a, b) => a - b),
      0.95,
    ),
  );
}
