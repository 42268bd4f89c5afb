/** The browser that pages are opened in, where this machine has one; `playwright-core` brings none. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FOUND = PLACES.find((path) => existsSync(path));
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

export const hasChromium = FOUND !== undefined;
/** For the names of tests that need it. */
export const WITHOUT_CHROMIUM = `skipped without ${PLACES.join(', ')}`;

export function openChromium(): Promise<Browser> {
  if (FOUND === undefined) throw new Error(`there is none of ${PLACES.join(', ')}`);
  return chromium.launch({ executablePath: FOUND, args: FLAGS.split(' ') });
}
