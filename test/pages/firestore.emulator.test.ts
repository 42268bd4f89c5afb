/** The page where people sign in and Firestore itself tells of changes: the API on the emulator, the page in Chromium, the security rules between them. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { initializeTestEnvironment } from '@firebase/rules-unit-testing';
import { type ModelVersion, newModel, paths, type Run } from '@trainyard/shared';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFirestoreDocumentStore } from '../../functions/ports/documentStore/firestoreDocumentStore.js';
import { RESULT } from '../support/callbacks.js';
import { hasChromium, WITHOUT_CHROMIUM } from '../support/chromium.js';
import { START } from '../support/controlPlane.js';
import { emulatorsMissing, sharedEmulators } from '../support/hosts/emulators.js';
import { enter, opened, RUN_ID, shows } from '../support/openedPage.js';
import { epochRow } from '../support/runView.js';
import { tokensOf } from '../support/standIns/tokensOf.js';

const RUN = `/runs/${RUN_ID}`;
let projects = 0;

/** The page of a deployment in whose Firestore a run of team red trains. */
async function asking(path: string) {
  const { firestore } = sharedEmulators();
  const [host = '', port = ''] = firestore.split(':');
  const projectId = `demo-page-${(projects += 1)}`;
  const rules = await readFile(fileURLToPath(new URL('../../firestore.rules', import.meta.url)), 'utf8');
  const environment = await initializeTestEnvironment({
    projectId,
    firestore: { host, port: Number(port), rules },
  });
  onTestFinished(() => environment.cleanup());
  const { config, token } = await tokensOf();
  const world = await opened(path, {
    runId: RUN_ID,
    teams: ['red'],
    documents: await openFirestoreDocumentStore({ projectId, emulator: firestore }),
    config: {
      ...config,
      firebaseWeb: { projectId, apiKey: 'k', authDomain: 'shop.example', firestoreEmulator: firestore },
    },
  });
  // What the page hears it hears of Firestore.
  await world.page.route('**/api/stream*', (route) => route.abort());
  const put = (...runs: Run[]) => world.cp.put(...runs);
  const epochs = (runId: string, ...numbers: number[]) =>
    world.cp.store.transaction(async (tx) => {
      for (const epoch of numbers) tx.set(paths.epoch(runId, epoch), { ...epochRow(epoch) });
    });
  return { ...world, token, put, epochs };
}

/** How many epochs the page of a run has, besides that which is under way. */
const epochsDone = (page: Page) =>
  page.getByRole('region', { name: 'Epochs' }).locator('tbody tr:not([aria-current])').count();

const versionOf = (version: number, runId: string): ModelVersion => ({
  schemaVersion: 1,
  modelId: 'demo',
  version,
  runId,
  runNumber: version,
  metrics: RESULT.metrics,
  baselines: RESULT.baselines,
  gates: [],
  artifacts: RESULT.artifacts,
  data: null,
  stage: 'none',
  stageHistory: [],
  createdAt: START.toISOString(),
});

const isMissing = !hasChromium || emulatorsMissing !== undefined;

describe.skipIf(isMissing)(`the page on Firestore${hasChromium ? '' : `, ${WITHOUT_CHROMIUM}`}`, () => {
  it('shows a viewer the runs of the team as they go on, without a button that changes something', async () => {
    const { page, token, finishEpoch, complaints } = await asking(RUN);
    await enter(page, await token('vera', 'viewer', ['red']));
    await page.getByRole('heading', { level: 1, name: 'demo#1' }).waitFor();
    await page.getByRole('status').getByText('live').waitFor();
    for (const epoch of [1, 2]) {
      await finishEpoch(epoch);
      await expect.poll(() => epochsDone(page)).toBe(epoch);
    }
    await page.getByRole('link', { name: 'Home' }).click();
    await page
      .getByRole('link', { name: /demo#1/ })
      .first()
      .waitFor();
    for (const name of ['Cancel', 'Clone', 'New training'])
      expect(await page.getByText(name, { exact: true }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('shows somebody of another team none of it, and says so kindly at its address', async () => {
    const { page, token } = await asking(RUN);
    await enter(page, await token('bob', 'trainer', ['blue']));
    await shows(page, `There is no run ${RUN_ID}, or it is of a team that you are not in.`);
    await page.getByRole('link', { name: 'Go to the first page' }).click();
    await page.getByRole('status').getByText('live').waitFor();
    await page.getByRole('link', { name: 'New training' }).waitFor();
    expect(await page.getByText('demo#1').count()).toBe(0);
  });

  it('lets a trainer start a run and follow it to its end, also while the server is away, cancel another, compare, promote and roll back', async () => {
    const { page, token, cp, put, epochs, restart } = await asking(`/new?model=demo&from=${RUN_ID}`);
    await enter(page, await token('ana', 'trainer', ['red']));
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByRole('heading', { level: 1, name: 'demo#2' }).waitFor();
    const runId = new URL(page.url()).pathname.slice('/runs/'.length);
    const running = {
      ...(await cp.run(runId)),
      status: 'running' as const,
      currentStage: 'train' as const,
      totalEpochs: 3,
    };
    await put({ ...running, currentEpoch: 1 });
    await epochs(runId, 1);
    await expect.poll(() => epochsDone(page)).toBe(1);
    await restart(async () => {
      await epochs(runId, 2, 3);
      await expect.poll(() => epochsDone(page)).toBe(3);
    });
    await put({ ...running, status: 'completed', currentEpoch: 3, result: RESULT });
    await page.getByText('completed', { exact: true }).first().waitFor();

    const go = (path: string) => page.goto(new URL(path, page.url()).href);
    await go(RUN);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await shows(page, 'Is being cancelled');

    await go(`/compare?runs=${RUN_ID},${runId}`);
    for (const name of ['demo#1', 'demo#2']) await page.getByRole('link', { name }).first().waitFor();

    await cp.store.transaction(async (tx) => {
      for (const number of [1, 2])
        tx.set(paths.modelVersion('demo', number), { ...versionOf(number, runId) });
      tx.set(paths.model('demo'), { ...newModel('demo', cp.now()), lastRunNumber: 2, lastVersion: 2 });
    });
    await go('/models/demo');
    const confirm = async (open: string, verb: string, serves: string) => {
      await page.getByRole('button', { name: open }).click();
      await page.getByLabel('Type demo to confirm').fill('demo');
      await page.getByRole('button', { name: verb, exact: true }).click();
      await page.getByText(serves, { exact: true }).waitFor();
    };
    await confirm('Promote version 1', 'Promote', 'version 1');
    await confirm('Promote version 2', 'Promote', 'version 2');
    await confirm('Roll back to version 1', 'Roll back', 'version 1');
  });
});
