/** What the evaluation of a run tells, on the page. */
import type { EvaluationReport } from '@trainyard/shared';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../support/callbacks.js';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { sampleAnswersReport, sampleReport } from '../support/evaluation/sampleReport.js';
import { lookedAt, opened, RUN_ID, shows, SIGHTS } from '../support/openedPage.js';

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
  await cp.put({ ...run, status: 'completed', result: { ...RESULT, artifacts } });
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
      const world = await opened('/', { sight });
      await complete(world, sampleAnswersReport());
      await lookedAt(world.page, [[`/runs/${RUN_ID}?tab=results`, 'Calibration: on the dashed line']]);
    },
  );
});
