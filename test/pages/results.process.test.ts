/** What the evaluation of a run tells, on the page. */
import { metricName, METRICS, type EvaluationReport } from '@trainyard/shared';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../support/callbacks.js';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { sampleAnswersReport, sampleReport } from '../support/evaluation/sampleReport.js';
import { lookedAt, opened, RUN_ID, shows, SIGHTS } from '../support/openedPage.js';
import { tabTo } from '../support/tabTo.js';

type Opened = Awaited<ReturnType<typeof opened>>;

/** The run completes, and leaves this evaluation behind. */
async function complete({ cp, run }: Opened, report: EvaluationReport): Promise<void> {
  const key = `runs/${RUN_ID}/model/evaluation.json`;
  await cp.objects.putIfAbsent(key, Buffer.from(JSON.stringify(report)));
  const manifest = { schemaVersion: 1, modelVersion: 'demo#1', createdAt: cp.now().toISOString(), files: [] };
  const list = `runs/${RUN_ID}/model/manifest.json`;
  await cp.objects.putIfAbsent(list, Buffer.from(JSON.stringify(manifest)));
  const artifacts = {
    manifest: cp.objects.uri(list),
    evaluation: cp.objects.uri(key),
    items: `file:///m/items.parquet`,
  };
  const metrics = { ...RESULT.metrics, [metricName(METRICS.recall, 'test', 100)]: 0.47 };
  await cp.put({ ...run, status: 'completed', result: { ...RESULT, metrics, artifacts } });
}

const heads = (page: Page) => page.getByRole('tabpanel').getByRole('heading', { level: 2 }).allTextContents();

describe.skipIf(!hasChromium)(`results on the page${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('have every part of the evaluation, in a tab of their own that the address has', async () => {
    const world = await opened(`/runs/${RUN_ID}`);
    const { page, complaints } = world;
    const [sample] = sampleReport().samples;
    if (!sample) throw new Error('the report has no sample');
    await complete(world, sampleReport({ samples: [{ ...sample, user: '<b>Ann</b>' }] }));
    await page.getByRole('tab', { name: 'Results' }).click();
    await shows(page, '<b>Ann</b>');
    expect(new URL(page.url()).searchParams.get('tab')).toBe('results');
    expect(await heads(page)).toEqual(
      expect.arrayContaining([
        'Beside other methods',
        'Gates',
        'All metrics',
        'For whom it is how good',
        'What matters to the model',
      ]),
    );
    await page.getByRole('row', { name: /^this model .*0\.8193/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('of one of the best runs are seen at a glance on the first page, by keyboard, in tabs that stay when it is loaded again', async () => {
    const world = await opened('/settings');
    const { page, complaints } = world;
    await complete(world, sampleReport());
    await page.goto(new URL('/', page.url()).href);
    await page.getByRole('button', { name: 'demo#1 at a glance' }).waitFor();
    await tabTo(page, 'demo#1 at a glance');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'demo#1' });
    await dialog.getByRole('heading', { name: 'Result' }).waitFor();
    await dialog.getByRole('tab', { name: 'Overview' }).focus();
    await page.keyboard.press('ArrowRight');
    await dialog.getByRole('heading', { name: 'Stages' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await dialog.getByText('No epoch is done yet.').waitFor();
    await page.reload();
    await dialog.getByText('No epoch is done yet.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(new URL(page.url()).search).toBe('');
    expect(complaints).toEqual([]);
  });

  it('say why there are none', async () => {
    const world = await opened('/');
    const { cp, run, page } = world;
    await cp.put({ ...run, status: 'completed', result: RESULT });
    await page.goto(new URL(`/runs/${RUN_ID}?tab=results`, page.url()).href);
    await shows(page, 'has no evaluation: its trainer wrote none');
  });

  it.each(SIGHTS)(
    'have nothing that axe finds, and nothing that stands out of its width: $colorScheme, $width',
    async (sight) => {
      const world = await opened('/settings', { sight });
      await complete(world, sampleAnswersReport());
      await lookedAt(world.page, [
        [`/runs/${RUN_ID}?tab=results`, 'Calibration: on the dashed line'],
        [`/?run=${RUN_ID}`, 'Specification'],
      ]);
    },
  );
});
