/** The page in a real browser, on the API of a control plane that the test writes into. */
import { createHash } from 'node:crypto';
import { newModel, paths, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../support/callbacks.js';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { lookedAt, opened, RUN_ID, shows, SIGHTS } from '../support/openedPage.js';
import { stageRow } from '../support/runView.js';

const OTHER_ID = 'bcdefghijklmnopqrstu';
const otherRun = (run: Run): Run => ({
  ...run,
  runId: OTHER_ID,
  runNumber: 2,
  specDigest: 'sha256:1',
  spec: { ...run.spec, training: { ...run.spec.training, epochs: 7 } },
});

describe.skipIf(!hasChromium)(`the page${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('shows a run from its first epoch to its end without being loaded again, within its own policy', async () => {
    const { cp, run, page, complaints, finishEpoch } = await opened(`/runs/${RUN_ID}`, {
      resources: {
        rssMb: 812,
        cpuPercent: 98,
        gpuPercent: 72,
        gpuMemoryMb: 9216,
        gpuMemoryTotalMb: 16_384,
      },
    });
    await shows(page, 'demo#1');
    await shows(page, 'No epoch is done yet.');
    await finishEpoch(1);
    await shows(page, /^about \d.* of training left$/);
    await finishEpoch(2);
    // Loaded again in the middle, it goes on where it was.
    await page.reload();
    await page.getByRole('cell', { name: '0.3000' }).waitFor();
    await finishEpoch(3);
    await page.getByRole('cell', { name: '0.4500' }).waitFor();
    await page.getByRole('img', { name: /^Loss by epoch/ }).waitFor();
    await page.getByRole('img', { name: 'Speed by epoch: Rows a second' }).waitFor();
    await shows(page, '9,216 of 16,384 MB (56 %)');
    await cp.store.transaction(async (tx) => {
      tx.set(paths.stage(RUN_ID, 'train'), { ...stageRow('train') });
      tx.set(paths.run(RUN_ID), {
        ...run,
        status: 'failed',
        error: {
          code: 'out-of-memory',
          message: 'The <b>machine</b> was full.',
          stage: 'train',
          remedy: 'Take a larger one.',
        },
      });
    });
    // As text: markup of a message is none of the page's.
    await shows(page, 'The <b>machine</b> was full.');
    expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('leads from a completed run to its report and to each of its files', async () => {
    const { cp, run, page, complaints } = await opened(`/runs/${RUN_ID}`);
    const content = '<h1>How good it is</h1>';
    const folder = `runs/${RUN_ID}/model/a0001`;
    const manifest = {
      schemaVersion: 1,
      modelVersion: 'demo#1',
      createdAt: cp.now().toISOString(),
      files: [
        {
          path: 'report.html',
          bytes: content.length,
          sha256: createHash('sha256').update(content).digest('hex'),
          contentType: 'text/html; charset=utf-8',
        },
      ],
    };
    await cp.objects.putIfAbsent(`${folder}/manifest.json`, Buffer.from(JSON.stringify(manifest)));
    await cp.objects.putIfAbsent(`${folder}/report.html`, Buffer.from(content));
    const artifacts = { manifest: cp.objects.uri(`${folder}/manifest.json`) };
    await cp.put({ ...run, status: 'completed', result: { ...RESULT, artifacts } });
    await shows(page, 'one file, 23 B');
    await page.getByRole('button', { name: 'Show the files' }).click();
    await page.getByRole('link', { name: 'report.html' }).waitFor();
    const [report] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('link', { name: 'Report', exact: true }).click(),
    ]);
    await report.getByRole('heading', { name: 'How good it is' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('leads from what runs now to the run, and cancels it when asked twice', async () => {
    const { cp, page, complaints } = await opened('/');
    await page.getByRole('link', { name: 'demo#1' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await shows(page, 'Is being cancelled');
    expect((await cp.run(RUN_ID)).cancelRequestedAt).not.toBeNull();
    expect(complaints).toEqual([]);
  });

  it('has the last failures with what to do, and what the month has cost', async () => {
    const { page, complaints } = await opened('/', {
      status: 'failed',
      error: {
        code: 'out-of-memory',
        message: 'The <b>machine</b> was full.',
        stage: 'train',
        remedy: 'Take a larger one.',
      },
    });
    await page
      .getByRole('row', { name: /demo#1 .*train: The <b>machine<\/b> was full\. Take a larger one\./ })
      .waitFor();
    await page
      .getByRole('region', { name: /^Spent in/ })
      .getByRole('row', { name: /^All models/ })
      .waitFor();
    expect(complaints).toEqual([]);
  });

  it('catches up by itself with what happened while its server was away', async () => {
    const { page, restart, finishEpoch } = await opened(`/runs/${RUN_ID}`);
    await shows(page, 'No epoch is done yet.');
    await restart(async () => {
      await shows(page, 'reconnecting');
      await finishEpoch(1);
    });
    await page.getByRole('cell', { name: '0.1500' }).waitFor();
    await page.getByRole('status').getByText('live').waitFor();
  });

  it('says that there is no such run, and where to go', async () => {
    const { page } = await opened('/runs/zzzzzzzzzzzzzzzzzzzz');
    await shows(page, 'Nothing here');
    await page.getByRole('link', { name: 'Go to the first page' }).click();
    await page.getByRole('heading', { name: 'Running now' }).waitFor();
  });

  it('has the runs of a model in a table that a filter narrows, in its address', async () => {
    const { page } = await opened('/runs?model=demo');
    await page.getByRole('link', { name: 'demo#1' }).waitFor();
    await page.getByLabel('Filter').fill('status = "failed"');
    await shows(page, 'No run matches the filter.');
    expect(new URL(page.url()).searchParams.get('filter')).toBe('status = "failed"');
  });

  it('compares the runs that are chosen in the list, and follows them', async () => {
    const { page, run, cp, complaints, finishEpoch } = await opened('/runs?model=demo');
    await cp.put(otherRun(run));
    await cp.store.transaction(async (tx) =>
      tx.set(paths.model('demo'), { ...newModel('demo', cp.now()), lastRunNumber: 2 }),
    );
    await page.reload();
    await page.getByRole('checkbox', { name: 'Compare demo#1' }).check();
    await page.getByRole('checkbox', { name: 'Compare demo#2' }).check();
    await page.getByRole('link', { name: 'Compare 2 runs' }).click();
    await page.getByRole('row', { name: 'training.epochs 20 7' }).waitFor();
    await shows(page, 'None of the runs has finished an epoch yet.');
    await finishEpoch(1);
    await page.getByRole('img', { name: 'loss by epoch: demo#1', exact: true }).waitFor();
    await page.getByLabel('Baseline').selectOption(OTHER_ID);
    await expect.poll(() => new URL(page.url()).searchParams.get('baseline')).toBe(OTHER_ID);
    expect(complaints).toEqual([]);
  });

  it('says where runs to compare are chosen, and which of them there is not', async () => {
    const { page } = await opened('/compare');
    await page.getByRole('link', { name: 'list of runs' }).waitFor();
    await page.goto(new URL(`/compare?runs=${RUN_ID},${OTHER_ID}`, page.url()).href);
    await shows(page, 'The runs cannot be compared');
    await shows(page, OTHER_ID);
  });

  it.each(SIGHTS)(
    'has nothing that axe finds, and nothing that stands out of its width: $colorScheme, $width',
    async (sight) => {
      const { page, run, cp, finishEpoch } = await opened('/', { sight });
      await cp.put(otherRun(run));
      await finishEpoch(1);
      await lookedAt(page, [
        ['/', 'Top configurations'],
        ['/runs?model=demo', 'demo#1'],
        [`/runs/${RUN_ID}`, 'under way'],
        [`/new?from=${RUN_ID}`, 'small'],
        ['/new?model=demo', '3 mistakes'],
        [`/compare?runs=${RUN_ID},${OTHER_ID}`, 'what differs'],
      ]);
    },
  );
});
