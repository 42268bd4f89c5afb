import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';

/** What is loaded after the view is there: with its first chart, and for signing in. */
const LATER = /LineChart|uplot|firebase/i;

/** The kB of scripts, gzipped, that each view loads in a browser that has none yet: those of the navigation, and the given ones. */
export async function scriptKb(
  url: string,
  browser: Browser,
  others: readonly string[],
): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const path of [...(await pathsOfNavigation(url, browser)), ...others])
    sizes[path.split('?')[0] ?? path] = await kbOf(`${url}${path}`, browser);
  return sizes;
}

async function pathsOfNavigation(url: string, browser: Browser): Promise<string[]> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.locator('nav a').first().waitFor();
  const paths = await page
    .locator('nav a')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  await page.close();
  return paths;
}

async function kbOf(address: string, browser: Browser): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const scripts: Promise<Buffer>[] = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.endsWith('.js') && !LATER.test(pathname)) scripts.push(response.body());
  });
  await page.goto(address);
  await page.locator('main h1').first().waitFor();
  // What a view asks for next, such as its static part, is asked for before the network is silent.
  await page.waitForLoadState('load');
  const bodies = await Promise.all(scripts);
  await context.close();
  return Math.round(bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) / 100) / 10;
}
