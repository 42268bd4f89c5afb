/** A real browser, where this machine has one: playwright brings none. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Undefined where there is none. */
export async function openChromium(): Promise<Browser | undefined> {
  const executablePath = PLACES.find((path) => existsSync(path));
  return executablePath === undefined
    ? undefined
    : chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] });
}

export const WITHOUT_CHROMIUM = `there is none of ${PLACES.join(', ')}`;
