/** Settings on the page: presets in versions, made by keyboard alone, and what models may do. */
import { describe, expect, it } from 'vitest';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { lookedAt, opened, shows, SIGHTS } from '../support/openedPage.js';
import { tabTo } from '../support/tabTo.js';

const wide = { id: 'wide', description: '<b>Wide</b> towers', content: { temperature: 2 } };

describe.skipIf(!hasChromium)(`the settings${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('have presets, of which the next version is made by keyboard alone and held against the one before', async () => {
    const { page, complaints } = await opened('/');
    const saved = await page.request.post(new URL('/api/model-configs', page.url()).href, { data: wide });
    expect(saved.status()).toBe(201);
    await tabTo(page, 'Settings');
    await page.keyboard.press('Enter');
    await shows(page, wide.description);
    await tabTo(page, 'wide');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Make a new version' }).waitFor();
    await tabTo(page, 'Content as YAML');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('# narrower\ntemperature: cold\n');
    await tabTo(page, 'Save');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'line 2' }).waitFor();
    await tabTo(page, 'Content as YAML', { backwards: true });
    await page.keyboard.press('Control+A');
    await page.keyboard.type('temperature: 3\n');
    await tabTo(page, 'Save');
    await page.keyboard.press('Enter');
    await shows(page, 'Version 2 of wide is the newest.');
    expect(new URL(page.url()).searchParams.get('version')).toBe('2');
    await page.getByLabel('Compare with version').selectOption('1');
    await page.getByRole('row', { name: 'temperature 2 3' }).waitFor();
    // What the server refuses is told in the console by the browser itself.
    expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
  });

  it('make the first version of a preset', async () => {
    const { page } = await opened('/settings/new-preset?kind=model-configs');
    await page.getByLabel('Id').fill('Small Towers');
    await page.getByLabel('Content as YAML').fill('temperature: 1\n');
    await page.getByRole('button', { name: 'Save' }).click();
    await shows(page, /must be 1 to 63 of a-z/);
    await page.getByLabel('Id').fill('small');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'small', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/settings/presets/model-configs/small');
  });

  it('say who looks, and change what a model may: its teams, its retraining and its budget', async () => {
    const { cp, page } = await opened('/settings');
    await shows(page, 'You may do everything, in every team.');
    await page.getByRole('button', { name: 'Change' }).click();
    await page.getByLabel('Teams').fill('red, blue');
    await page.getByLabel('New rows before a start').fill('many');
    await page.getByRole('button', { name: 'Change demo' }).click();
    await shows(page, 'The model was not changed');
    await page.getByLabel('New rows before a start').fill('1000');
    await page.getByLabel('Monthly budget, in US dollars').fill('50');
    await page.getByRole('button', { name: 'Change demo' }).click();
    await page.getByRole('row', { name: /demo red, blue after 1,000 new rows \$50\.00/ }).waitFor();
    await page
      .getByRole('region', { name: /^Spent in/ })
      .getByText('0 %')
      .waitFor();
    expect(cp.documents()['models/demo']).toMatchObject({ monthlyBudgetUsd: 50, teams: ['red', 'blue'] });
  });

  it.each(SIGHTS)(
    'have nothing that axe finds, and nothing that stands out of its width: $colorScheme, $width',
    async (sight) => {
      const { page } = await opened('/', { sight });
      await page.request.post(new URL('/api/model-configs', page.url()).href, { data: wide });
      await lookedAt(page, [
        ['/settings', 'wide'],
        ['/settings/presets/model-configs/wide', 'Make a new version'],
        ['/settings/presets/model-configs/narrow', 'Nothing here'],
        ['/settings/new-preset', 'New preset'],
      ]);
    },
  );
});
