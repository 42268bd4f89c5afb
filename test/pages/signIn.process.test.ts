/** Signing in on the page: who is asked, what is offered to whom, and what happens where a token runs out. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { START } from '../support/controlPlane.js';
import { enter, lookedAt, opened, RUN_ID, shows, SIGHTS } from '../support/openedPage.js';
import { SweepWorld } from '../support/sweepWorld.js';
import { tokensOf } from '../support/standIns/tokensOf.js';

const RUN = `/runs/${RUN_ID}`;

/** A page that asks who it is, of a run of team red. */
async function asking(path: string, parts: Parameters<typeof opened>[1] = {}) {
  const { config, token } = await tokensOf();
  return { token, ...(await opened(path, { runId: RUN_ID, teams: ['red'], ...parts, config })) };
}

describe.skipIf(!hasChromium)(`signing in${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('says why a token is not taken, comes back to the place, is kept in the tab alone, and is forgotten by signing out', async () => {
    const { page, token, cp, complaints } = await asking(`${RUN}?log=shown`);
    await enter(page, 'no token');
    await page.getByRole('alert').getByText(/token/).waitFor();
    await enter(page, await token('zoe', undefined));
    await page
      .getByRole('alert')
      .getByText(/gives no role here/)
      .waitFor();
    expect(complaints.filter((text) => !/40[13]/.test(text))).toEqual([]);
    const bearer = await token('ana', 'trainer', ['red']);
    await enter(page, bearer);
    await page.getByRole('heading', { level: 1, name: 'demo#1' }).waitFor();
    await page.getByLabel('Search the log').waitFor();
    await shows(page, 'ana, trainer');
    await page.getByRole('status').getByText('live').waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'demo#1' }).waitFor();
    expect(page.url()).toMatch(/\/runs\/[a-z]+\?log=shown$/);
    expect(await page.evaluate('Object.keys(localStorage).join() + document.cookie')).not.toContain('token');
    expect(JSON.stringify(cp.logged)).not.toContain(bearer);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('ID token').waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    expect(await page.getByText('demo#1').count()).toBe(0);
  });

  it('is asked for again where the token has run out, and what was begun goes on; a half-written form stays', async () => {
    const { page, token, cp } = await asking(`/new?model=demo&from=${RUN_ID}`);
    await enter(page, await token('ana', 'trainer', ['red']));
    await page.getByLabel('Title').fill('half-written');
    const start = page.getByRole('button', { name: 'Start training' });
    await expect.poll(() => start.isEnabled()).toBe(true);
    cp.pass(2 * 3600);
    await start.click();
    const question = page.getByRole('dialog', { name: 'Sign in again' });
    await question.waitFor();
    const now = START.getTime() / 1000 + 2 * 3600;
    await enter(page, await token('ana', 'trainer', ['red'], now));
    await page.getByRole('heading', { level: 1, name: 'demo#2' }).waitFor();
    await shows(page, 'half-written');
  });

  it('offers a viewer nothing that changes something, and says so at the address of a view that does', async () => {
    const { page, token } = await asking(RUN);
    await enter(page, await token('vera', 'viewer', ['red']));
    await page.getByRole('heading', { level: 1, name: 'demo#1' }).waitFor();
    await shows(page, 'vera, viewer');
    for (const name of ['Cancel', 'Clone'])
      expect(await page.getByText(name, { exact: true }).count()).toBe(0);
    const links = page.getByRole('navigation', { name: 'Views' }).getByRole('link');
    expect(await links.allTextContents()).not.toContain('New training');
    for (const [path, text] of [
      ['/new', 'takes the role trainer, and yours is viewer'],
      ['/settings/new-preset', 'takes the role trainer'],
    ] as const) {
      await page.goto(new URL(path, page.url()).href);
      await shows(page, new RegExp(text));
    }
  });

  it('shows somebody of another team no run, and says so kindly', async () => {
    const { page, token } = await asking(RUN);
    await enter(page, await token('bob', 'trainer', ['blue']));
    await shows(page, `There is no run ${RUN_ID}, or it is of a team that you are not in.`);
    await page.getByRole('link', { name: 'Go to the first page' }).click();
    await shows(page, 'bob, trainer');
    expect(await page.getByText('demo#1').count()).toBe(0);
  });

  it('saves a file as whoever is signed in, for a link that a browser follows carries no token, and says where it is refused', async () => {
    const { page, token, cp, complaints } = await asking(RUN);
    const { sweepId } = await new SweepWorld(cp).start({
      name: 'rates',
      space: { 'training.epochs': [1, 2] },
    });
    await enter(page, await token('root', 'admin'));
    await shows(page, 'root, admin');
    await page.goto(new URL(`/sweeps/${sweepId}`, page.url()).href);
    const link = page.getByRole('button', { name: 'Report' });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe('rates-report.html');
    expect(await readFile(await download.path(), 'utf8')).toContain('<title>');
    expect(complaints).toEqual([]);
    await page.route('**/report', (route) => route.fulfill({ status: 503, body: 'gone' }));
    await link.click();
    await page.getByRole('alert').getByText(/503/).waitFor();
  });

  it.each(SIGHTS)(
    'has nothing that axe finds, and nothing that stands out of its width: $colorScheme, $width',
    async (sight) => {
      const { page, token } = await asking('/', { sight });
      await lookedAt(page, [[RUN, 'Sign in']]);
      await enter(page, await token('vera', 'viewer', ['red']));
      await page.getByRole('heading', { level: 1, name: 'demo#1' }).waitFor();
      await lookedAt(page, [['/new', 'Not with your role']]);
    },
  );
});
