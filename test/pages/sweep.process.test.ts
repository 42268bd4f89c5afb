/** A sweep on the page: its trials as they go on, and what can be done with it. */
import { describe, expect, it } from 'vitest';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { lookedAt, opened, shows, SIGHTS } from '../support/openedPage.js';
import { readFinals } from '@trainyard/functions/sweeps/documents';
import { EXAMPLE_SPEC } from '../support/newRun.js';
import { SweepWorld } from '../support/sweepWorld.js';

const RATE = 'training.optimizer.learningRate';
const request = {
  name: '<b>rates</b>',
  space: { [RATE]: { type: 'logFloat', min: 0.001, max: 0.5 } },
  strategy: 'random',
  maxTrials: 3,
  maxParallel: 1,
};

describe.skipIf(!hasChromium)(`a sweep on the page${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('is found in the list, paused, resumed, followed to its end, extended, and its best retrained as a version', async () => {
    const { cp, page, complaints } = await opened('/');
    const world = new SweepWorld(cp, { objectiveOf: (parameters) => Number(parameters[RATE]) });
    const { sweepId } = await world.start(request);
    await page.goto(new URL('/sweeps?model=demo', page.url()).href);
    await page.getByRole('link', { name: request.name }).click();
    const status = page.getByRole('status', { name: 'Status' });
    await page.getByRole('button', { name: 'Pause' }).click();
    await status.getByText('paused').waitFor();
    await page.getByRole('button', { name: 'Add a trial' }).click();
    await shows(page, 'the trial waits until it is resumed');
    await page.getByRole('button', { name: 'Leave it' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await status.getByText('running').waitFor();
    await world.run(sweepId);
    await status.getByText('completed: maxTrials').waitFor();
    await shows(page, '3 of 3 trials: 3 completed');
    await page.getByRole('img', { name: /by trial, and the best so far, which is/ }).waitFor();
    await page.getByRole('region', { name: 'What mattered' }).getByText('100 %').waitFor();
    await page.getByRole('region', { name: 'By each parameter' }).getByText('0.001 to 0.003466').waitFor();
    expect(await page.getByRole('region', { name: 'Trials', exact: true }).getByRole('row').count()).toBe(4);
    expect(await page.getByRole('button', { name: 'Add a trial' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Extend' }).click();
    expect(await page.getByLabel('Trials in all').inputValue()).toBe('6');
    await page.getByLabel('Trials in all').fill('5');
    await page.getByRole('button', { name: 'Extend the sweep' }).click();
    await shows(page, '3 of 5 trials');
    await page.getByRole('button', { name: 'Finalize' }).click();
    await page.getByLabel('Epochs').fill('1');
    await page.getByRole('button', { name: /^Retrain trial [1-3] as a version$/ }).click();
    // Where it is refused instead, the refusal is what the failure of this test tells.
    const refusals = () => page.getByRole('alert').allTextContents();
    await expect
      .poll(async () => (await refusals()).join('; ') || new URL(page.url()).pathname, { timeout: 60_000 })
      .toMatch(/^\/runs\/[a-z2-7]{20}$/);
    await page.goBack();
    await page.getByRole('link', { name: /^Trial [1-3], the best, retrained on all rows$/ }).waitFor();
    await shows(page, 'with epochs=1');
    expect(complaints).toEqual([]);
  });

  it('tries what somebody names, within what the server takes', async () => {
    const { cp, page } = await opened('/');
    const world = new SweepWorld(cp);
    const { sweepId } = await world.start(request);
    await page.goto(new URL(`/sweeps/${sweepId}`, page.url()).href);
    await page.getByRole('button', { name: 'Add a trial' }).click();
    await page.getByLabel(RATE).fill('-1');
    await page.getByRole('button', { name: 'Try this' }).click();
    await shows(page, 'The sweep was not changed');
    await page.getByLabel(RATE).fill('0.07');
    await page.getByRole('button', { name: 'Try this' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await world.run(sweepId);
    await page.getByRole('cell', { name: '0.07', exact: true }).waitFor();
  });

  it('says of a sample that a version would be of it alone, and of a model that is not there that it is not', async () => {
    const { cp, page, complaints } = await opened('/sweeps?model=nosuch');
    await shows(page, 'There is no model nosuch');
    const world = new SweepWorld(cp);
    const spec = { ...EXAMPLE_SPEC, dataset: { ...EXAMPLE_SPEC.dataset, sample: { share: 0.1 } } };
    const space = { [RATE]: request.space[RATE], 'training.epochs': 2 };
    const { sweepId } = await world.start({ ...request, spec, space });
    await world.run(sweepId);
    await page.goto(new URL(`/sweeps/${sweepId}`, page.url()).href);
    // What is the same in every trial has no column.
    await page.getByRole('columnheader', { name: 'learningRate', exact: true }).waitFor();
    expect(await page.getByRole('columnheader', { name: 'epochs', exact: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Finalize' }).click();
    await shows(page, 'The trials read 10 % of the rows (dataset.sample).');
    const warning = page.getByText('The version will have read 10 % of the rows only');
    expect(await warning.count()).toBe(0);
    await page.getByLabel('Train on all rows').uncheck();
    await warning.waitFor();
    await page.getByLabel('Train on all rows').check();
    await page.getByRole('button', { name: /^Retrain trial/ }).click();
    await expect.poll(async () => (await readFinals(cp.store, sweepId)).length, { timeout: 60_000 }).toBe(1);
    expect(await readFinals(cp.store, sweepId)).toMatchObject([{ overrides: { 'dataset.sample': null } }]);
    expect(complaints).toEqual([]);
  });

  it('moves on in the list, where one that is begun meanwhile stands too', async () => {
    const { cp, page, complaints } = await opened('/');
    const world = new SweepWorld(cp);
    const { sweepId } = await world.start(request);
    await page.goto(new URL('/sweeps?model=demo', page.url()).href);
    const row = page.getByRole('row', { name: request.name });
    await row.getByText('0 of 3').waitFor();
    await world.run(sweepId);
    await row.getByRole('cell', { name: 'completed' }).waitFor();
    await row.getByText('3 of 3').waitFor();
    await world.start({ ...request, name: 'the next' });
    await page.getByRole('row', { name: 'the next' }).getByText('0 of 3').waitFor();
    expect(complaints).toEqual([]);
  });

  it('is cancelled when asked twice', async () => {
    const { cp, page } = await opened('/');
    const world = new SweepWorld(cp);
    const { sweepId } = await world.start(request);
    await page.goto(new URL(`/sweeps/${sweepId}`, page.url()).href);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel the sweep' }).click();
    await page
      .getByRole('status', { name: 'Status' })
      .getByText(/^cancel/)
      .waitFor();
    expect((await world.sweep(sweepId)).cancelRequestedAt).not.toBeNull();
  });

  it.each(SIGHTS)(
    'has nothing that axe finds, and nothing that stands out of its width: $colorScheme, $width',
    async (sight) => {
      const { cp, page } = await opened('/', { sight });
      const world = new SweepWorld(cp);
      const { sweepId } = await world.start(request);
      await world.run(sweepId);
      await lookedAt(page, [
        ['/sweeps?model=demo', request.name],
        [`/sweeps/${sweepId}`, '3 completed'],
        [`/sweeps/${'a'.repeat(20)}`, 'Nothing here'],
      ]);
    },
  );
});
