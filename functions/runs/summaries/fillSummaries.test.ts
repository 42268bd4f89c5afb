import { newModel, paths, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { START, testControlPlane, type TestControlPlane } from '../../../test/support/controlPlane.js';
import { newRun } from '../../../test/support/newRun.js';
import { fillSummaries } from './fillSummaries.js';
import { keepSummary } from './keepSummaries.js';
import { readSummaries } from './readSummaries.js';

const run = (modelId: string, runNumber: number): Run => {
  const letters = String(runNumber).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
  return newRun(START, {
    runId: (modelId + letters).padStart(20, 'z'),
    modelId,
    runNumber,
    status: 'failed',
  });
};

/** Models with runs of which there are no summaries, some numbers of which have no run. */
async function before(models: Record<string, number[]>): Promise<TestControlPlane> {
  const cp = await testControlPlane();
  for (const [modelId, numbers] of Object.entries(models)) {
    await cp.put(...numbers.map((number) => run(modelId, number)));
    const model = { ...newModel(modelId, START), lastRunNumber: Math.max(0, ...numbers) };
    await cp.store.transaction(async (tx) => tx.set(paths.model(modelId), model));
  }
  return cp;
}

function queried(cp: TestControlPlane): string[] {
  const query = cp.store.query.bind(cp.store);
  const asked: string[] = [];
  cp.store.query = (one) => (asked.push(one.collection), query(one));
  return asked;
}

describe('making the summaries of runs of before', () => {
  it('goes on where the call before ended, and once all are made reads nothing any more', async () => {
    // Of a hundred runs a page one is enough: what is bounded is the number of pages.
    const sparse = Array.from({ length: 40 }, (_, i) => (i + 1) * 100);
    const cp = await before({ b: sparse, a: [1, 2], c: [], d: [7] });
    expect(await fillSummaries(cp)).toBe(2 + 2900);
    expect(cp.documents()[paths.summaryUpkeep]).toMatchObject({ after: 'a', isDone: false });
    expect(await fillSummaries(cp)).toBe(1100 + 7);
    expect(cp.documents()[paths.summaryUpkeep]).toMatchObject({ isDone: true });
    const asked = queried(cp);
    expect(await fillSummaries(cp)).toBe(0);
    expect(asked).toEqual([]);
    const read = await readSummaries(cp, { modelId: 'b', lastRunNumber: 4000 });
    expect(read.rows.map(({ fields }) => fields.runNumber)).toEqual(sparse);
    expect(asked).not.toContain('runs');
  });

  it('begins anew for pages of another layout, which are as if they were not there', async () => {
    const cp = await before({ demo: [1, 2] });
    const page = paths.summaryPage('demo', 1);
    const old = { schemaVersion: 1, modelId: 'demo', page: 1, lookedUpTo: 2, body: 'AAAA' };
    await cp.store.transaction(async (tx) => {
      tx.set(page, old);
      tx.set(paths.summaryUpkeep, { schemaVersion: 1, layout: 1, after: null, isDone: true });
    });
    await keepSummary(cp, run('demo', 2).runId);
    expect(await fillSummaries(cp)).toBe(1);
    const { rows } = await readSummaries(cp, { modelId: 'demo', lastRunNumber: 2 });
    expect(rows.map(({ fields }) => fields.runNumber)).toEqual([1, 2]);
  });
});

describe('reading summaries of which most are missing', () => {
  it('makes those of the newest thousand runs, and says how many it did not look at', async () => {
    const numbers = Array.from({ length: 13 }, (_, i) => (i + 1) * 100);
    const cp = await before({ demo: numbers });
    const model = { modelId: 'demo', lastRunNumber: 1300 };
    const asked = queried(cp);
    // Those who come at once wait for the same.
    const [one, two] = await Promise.all([readSummaries(cp, model), readSummaries(cp, model)]);
    expect(one.rows.map(({ fields }) => fields.runNumber)).toEqual(numbers.slice(3));
    expect([one.unsearched, two.unsearched, two.rows.length]).toEqual([300, 300, 10]);
    expect(asked.filter((collection) => collection === 'runs')).toHaveLength(1);
    expect(await readSummaries(cp, model)).toMatchObject({ unsearched: 0, rows: { length: 13 } });
  });

  it('refuses a page whose body is not the one that was written', async () => {
    const cp = await before({ demo: [1] });
    const model = { modelId: 'demo', lastRunNumber: 1 };
    await fillSummaries(cp);
    await cp.store.transaction(async (tx) => {
      const page = (await tx.get(paths.summaryPage('demo', 1)))?.data;
      tx.set(paths.summaryPage('demo', 1), { ...page, body: 'AAAA' });
    });
    await expect(readSummaries(cp, model)).rejects.toThrow('a page of summaries is damaged');
  });

  it('reads the bodies of pages that changed, and of no others', async () => {
    const cp = await before({ demo: [1, 101, 201] });
    const model = { modelId: 'demo', lastRunNumber: 201 };
    await readSummaries(cp, model);
    const get = cp.store.get.bind(cp.store);
    const read: string[] = [];
    cp.store.get = (path) => (read.push(path), get(path));
    await readSummaries(cp, model);
    await cp.put({ ...run('demo', 101), title: 'changed', updatedAt: '2027-01-01T00:00:00.000Z' });
    await keepSummary(cp, run('demo', 101).runId);
    read.length = 0;
    const { rows } = await readSummaries(cp, model);
    expect(rows.map(({ fields }) => fields.title)).toEqual(['retrieval', 'changed', 'retrieval']);
    expect(read).toEqual([paths.summaryPage('demo', 2)]);
  });
});
