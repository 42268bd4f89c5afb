/** Models and their versions on the page: what serves, what is promoted, what is refused and why. */
import { checkGates, type ModelVersion, newModel, paths } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import type { TestControlPlane } from '../support/controlPlane.js';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { RESULT } from '../support/callbacks.js';
import { lookedAt, opened, RUN_ID, SIGHTS } from '../support/openedPage.js';
import { tabTo } from '../support/tabTo.js';

const NAME = '<b>Shop</b>';
const GATE = { metric: 'test_recall_at_10', atLeast: 0.3 };

function versionOf(cp: TestControlPlane, version: number, recall: number): ModelVersion {
  const metrics = { test_recall_at_10: recall };
  return {
    schemaVersion: 1,
    modelId: 'demo',
    version,
    runId: RUN_ID,
    runNumber: version,
    metrics,
    baselines: RESULT.baselines,
    gates: checkGates([GATE], { metrics, baselines: {} }),
    artifacts: RESULT.artifacts,
    data: null,
    stage: 'none',
    stageHistory: [],
    createdAt: cp.now().toISOString(),
  };
}

/** A model whose first two versions pass their gate; the third misses it. */
async function withVersions(cp: TestControlPlane): Promise<void> {
  const recalls = [0.31, 0.34, 0.2];
  await cp.store.transaction(async (tx) => {
    tx.set(paths.model('demo'), {
      ...newModel('demo', cp.now()),
      name: NAME,
      lastRunNumber: 3,
      lastVersion: 3,
    });
    for (const [i, recall] of recalls.entries())
      tx.set(paths.modelVersion('demo', i + 1), { ...versionOf(cp, i + 1, recall) });
  });
}

describe.skipIf(!hasChromium)(`models on the page${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('are promoted and rolled back once their name is typed, with their history', async () => {
    const { cp, page, complaints } = await opened('/models');
    await withVersions(cp);
    await page.getByRole('link', { name: NAME }).click();
    const promote = page.getByRole('button', { name: 'Promote', exact: true });
    for (const version of [1, 2]) {
      await page.getByRole('button', { name: `Promote version ${version}` }).click();
      expect(await promote.isDisabled()).toBe(true);
      await page.getByLabel(`Type ${NAME} to confirm`).fill(NAME);
      await promote.click();
      await page.getByText(`version ${version}`, { exact: true }).waitFor();
    }
    await page.getByRole('button', { name: 'Roll back to version 1' }).click();
    await page.getByLabel(`Type ${NAME} to confirm`).fill(NAME);
    await page.getByRole('button', { name: 'Roll back', exact: true }).click();
    await page.getByText('version 1', { exact: true }).waitFor();
    const history = page.getByRole('region', { name: 'Promotions and rollbacks' });
    await expect.poll(() => history.getByRole('row').count()).toBe(1 + 5);
    expect(complaints).toEqual([]);
  });

  it('are promoted and rolled back by keyboard alone', async () => {
    const { cp, page, complaints } = await opened('/');
    await withVersions(cp);
    await page.goto(new URL('/models/demo', page.url()).href);
    await page.getByRole('button', { name: 'Promote version 1' }).waitFor();
    const confirm = async (button: string, serving: string) => {
      await tabTo(page, button);
      await page.keyboard.press('Enter');
      // The dialog has the focus in its field, and Enter there is its verb.
      const field = page.getByLabel(`Type ${NAME} to confirm`);
      await expect
        .poll(() => field.evaluate((element) => element === element.ownerDocument.activeElement))
        .toBe(true);
      await page.keyboard.type(NAME);
      await page.keyboard.press('Enter');
      await page.getByText(serving, { exact: true }).waitFor();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    };
    await confirm('Promote version 1', 'version 1');
    await confirm('Promote version 2', 'version 2');
    await confirm('Roll back to version 1', 'version 1');
    expect(complaints).toEqual([]);
  });

  it('say why a version is refused, and promote it all the same for an administrator who says why', async () => {
    const { cp, page } = await opened('/');
    await withVersions(cp);
    await page.goto(new URL('/models/demo?version=3', page.url()).href);
    await page.getByRole('cell', { name: 'missed' }).waitFor();
    await page.getByRole('button', { name: 'Promote version 3' }).click();
    const name = page.getByLabel(`Type ${NAME} to confirm`);
    await name.fill(NAME);
    await page.getByRole('button', { name: 'Promote', exact: true }).click();
    const refusal = page.getByRole('alert');
    await refusal.getByText('test_recall_at_10 is 0.2, must be at least 0.3').waitFor();
    await page.getByLabel(/^Promote it although gates are missed/).check();
    const force = page.getByRole('button', { name: 'Promote it all the same' });
    expect(await force.isDisabled()).toBe(true);
    await page.getByLabel('Why').fill('<i>It is a try.</i>');
    await force.click();
    await page.getByText('version 3', { exact: true }).waitFor();
    await page.getByRole('row', { name: /although a gate was missed <i>It is a try\.<\/i>/ }).waitFor();
  });

  it.each(SIGHTS)(
    'have nothing that axe finds, and nothing that stands out of its width: $colorScheme, $width',
    async (sight) => {
      const { cp, page } = await opened('/', { sight });
      await withVersions(cp);
      await lookedAt(page, [
        ['/models', NAME],
        ['/models/demo?version=3', 'below 0.3'],
        ['/models/none', 'Nothing here'],
      ]);
    },
  );
});
