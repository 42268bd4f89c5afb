import { paths, trainingSpecSchema, type Run } from '@trainyard/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { START, testControlPlane, type TestControlPlane } from '../../../test/support/controlPlane.js';
import { EXAMPLE_SPEC, newRun } from '../../../test/support/newRun.js';
import { findRuns, type RunsAsked } from './findRuns.js';
import { keepSummary } from './keepSummaries.js';
import { decodePage, encodePage, pageDocumentSchema } from './page.js';
import { readSummaries } from './readSummaries.js';
import { summaryOf } from './summary.js';

const spec = trainingSpecSchema.parse(EXAMPLE_SPEC);
/** The digits of base 26 as letters. */
const runIdOf = (n: number) =>
  Array.from(n.toString(26))
    .map((digit) => String.fromCharCode(97 + parseInt(digit, 26)))
    .join('')
    .padStart(20, 'a');

/** An ended run of the model `demo`, whose recall is `n` hundredths. */
function ended(n: number, parts: Partial<Run> = {}): Run {
  const at = new Date(START.getTime() + n * 1000).toISOString();
  return newRun(START, {
    runId: runIdOf(n),
    runNumber: n,
    status: 'completed',
    createdAt: at,
    updatedAt: at,
    endedAt: at,
    spec: {
      ...spec,
      training: { ...spec.training, batchSize: 2 ** (n % 5) },
      tags: { team: n % 2 ? 'a' : 'b' },
    },
    result: {
      metrics: { test_recall_at_100: n / 100, val_loss: 10 - n / 10, own_figure: n },
      baselines: {},
      artifacts: {},
      epochsTrained: 3,
      bestEpoch: 2,
      earlyStoppedAtEpoch: null,
      backend: 'wasm',
      examplesPerSecond: 10,
    },
    ...parts,
  });
}

async function modelOf(runs: readonly Run[]): Promise<{ cp: TestControlPlane; lastRunNumber: number }> {
  const cp = await testControlPlane();
  await cp.put(...runs);
  return { cp, lastRunNumber: Math.max(0, ...runs.map(({ runNumber }) => runNumber)) };
}

const numbersOf = async (cp: TestControlPlane, lastRunNumber: number, asked: RunsAsked) => {
  const model = { modelId: 'demo', lastRunNumber };
  const { runs } = await findRuns(cp, model, asked, { after: undefined, limit: 200 });
  return runs.map(({ runNumber }) => runNumber);
};

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a page of summaries', () => {
  it('gives back what was put in, whatever the specifications and metrics are', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const part = fc.record({
      parameters: fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        value,
        { noNullPrototype: true },
      ),
      metrics: fc.dictionary(
        fc.stringMatching(/^[a-z]{1,4}$/),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        { noNullPrototype: true },
      ),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const summaries = parts.map(({ parameters, metrics }, i) => ({
          ...summaryOf(ended(i + 1)),
          // JSON has no −0.
          parameters: Object.fromEntries(
            Object.entries(parameters).map(([key, one]) => [key, one === 0 ? 0 : one]),
          ),
          metrics: Object.fromEntries(
            Object.entries(metrics).map(([key, one]) => [key, one === 0 ? 0 : one]),
          ),
        }));
        expect(decodePage(encodePage(summaries))).toEqual(summaries);
      }),
      { numRuns: 60 },
    );
  });

  it('takes less than 1 KB a run of sixty metrics and a specification that differs in ten settings', () => {
    const runs = range(1, 100).map((n) => {
      const metrics = Object.fromEntries(
        range(1, 60).map((i) => [`test_recall_at_${i}`, Math.sin(n * i) ** 2]),
      );
      const layers = range(1, 10).map((i) => ({ ...spec.model.query.layers[0], units: n * i }));
      const one = ended(n);
      return {
        ...one,
        spec: {
          ...one.spec,
          model: { ...spec.model, query: { ...spec.model.query, layers } },
        } as Run['spec'],
        result: one.result && { ...one.result, metrics },
      };
    });
    expect(encodePage(runs.map((run) => summaryOf(run))).body.length / runs.length).toBeLessThan(1024);
  });
});

describe('keeping summaries', () => {
  it('writes each run once, however often and in whatever order its events come', async () => {
    const runs = range(1, 120).map((n) => ended(n));
    const { cp, lastRunNumber } = await modelOf(runs);
    const ids = [...runs, ...runs].toReversed().map(({ runId }) => runId);
    await Promise.all(ids.map((runId) => keepSummary(cp, runId)));
    const pages = Object.entries(cp.documents()).filter(([path]) =>
      path.startsWith('models/demo/summaries/'),
    );
    const kept = pages.map(([, data]) => decodePage(pageDocumentSchema.parse(data)));
    expect(kept.map((page) => page.length)).toEqual([100, 20]);
    expect(kept.flat()).toEqual(runs.map((run) => summaryOf(run)));
    const { rows, unsearched } = await readSummaries(cp, { modelId: 'demo', lastRunNumber });
    expect(rows.map(({ fields }) => fields)).toEqual(kept.flat().map(({ fields }) => fields));
    expect(unsearched).toBe(0);
  });

  it('keeps the runs that waited with one whose write failed', async () => {
    const runs = range(1, 4).map((n) => ended(n));
    const { cp } = await modelOf(runs);
    const optimistic = cp.store.optimistic.bind(cp.store);
    let failures = 1;
    cp.store.optimistic = (work, askedAt) =>
      failures-- > 0 ? Promise.reject(new Error('the store is gone')) : optimistic(work, askedAt);
    const outcomes = await Promise.allSettled(runs.map(({ runId }) => keepSummary(cp, runId)));
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBe(1);
    const page = pageDocumentSchema.parse((await cp.store.get(paths.summaryPage('demo', 1)))?.data);
    expect(decodePage(page)).toHaveLength(4);
  });
});

describe('reading summaries', () => {
  it('fills in runs of before once, and remembers which numbers have no run', async () => {
    const { cp } = await modelOf([1, 2, 5, 101].map((n) => ended(n)));
    const model = { modelId: 'demo', lastRunNumber: 103 };
    const read = async () => (await readSummaries(cp, model)).rows.map(({ fields }) => fields.runNumber);
    expect(await read()).toEqual([1, 2, 5, 101]);
    const query = cp.store.query.bind(cp.store);
    const asked: string[] = [];
    cp.store.query = (one) => {
      asked.push(one.collection);
      return query(one);
    };
    expect(await read()).toEqual([1, 2, 5, 101]);
    expect(asked).toEqual(['models/demo/summaries']);
  });

  it('tells an open run as it is now, and one that ended since', async () => {
    const open = ended(1, {
      status: 'running',
      result: null,
      currentEpoch: 1,
      latestMetrics: { val_loss: 3 },
    });
    const { cp } = await modelOf([open]);
    await keepSummary(cp, open.runId);
    await cp.put({ ...open, currentEpoch: 2, latestMetrics: { val_loss: 2 } });
    expect(await numbersOf(cp, 1, { filter: 'val_loss = 2 and epochs = 2 and status = "running"' })).toEqual([
      1,
    ]);
    await cp.put(ended(1));
    expect(await numbersOf(cp, 1, { filter: 'status = completed' }).catch(String)).toContain(
      'a number, a text',
    );
    expect(await numbersOf(cp, 1, { filter: 'status = "completed"' })).toEqual([1]);
  });

  it('reads the run itself where its summary left out more parameters than are named', async () => {
    const rename = Object.fromEntries(range(1, 1200).map((n) => [`c${n}`, `d${n}`]));
    const { cp } = await modelOf([
      ended(1, { spec: { ...spec, dataset: { ...spec.dataset, rename } } }),
      ended(2),
    ]);
    const { rows } = await readSummaries(cp, { modelId: 'demo', lastRunNumber: 2 });
    expect(rows[0]?.leftOut).toBeNull();
    // As the pages give it the second time.
    expect(await numbersOf(cp, 2, { filter: 'params.dataset.rename.c1200 = "d1200"' })).toEqual([1]);
    expect(await numbersOf(cp, 2, { filter: 'params.dataset.rename.c1200 != "d1200"' })).toEqual([2]);
  });

  it('reads the run itself where its summary left the parameter out', async () => {
    const sql = `select ${'x, '.repeat(400)} y`;
    const { cp } = await modelOf([
      ended(1, { spec: { ...spec, dataset: { ...spec.dataset, sql } } }),
      ended(2),
    ]);
    expect((await readSummaries(cp, { modelId: 'demo', lastRunNumber: 2 })).rows[0]?.leftOut).toEqual([
      'dataset.sql',
    ]);
    expect(await numbersOf(cp, 2, { filter: 'params.dataset.sql contains "x, x"' })).toEqual([1]);
  });
});

describe('finding runs', () => {
  it.each<[string, (n: number) => boolean]>([
    [
      'test_recall_at_100 > 0.3 and params.training.batchSize = 8 and tags.team = "a"',
      (n) => n > 30 && n % 5 === 3 && n % 2 === 1,
    ],
    ['training.batchSize in (1, 2) or runNumber <= 3', (n) => n % 5 < 2 || n <= 3],
    ['not (tags.team = "a") AND own_figure >= 1e1', (n) => n % 2 === 0 && n >= 10],
    ['tags.team not in ("a", \'c\') and metrics.own_figure < 7', (n) => n % 2 === 0 && n < 7],
    ['intent != "baseline" and intent = null', () => true],
    ['tags.nothing = "x" or title contains "RETR" and runNumber = 4', (n) => n === 4],
    ['tags.none > 3', () => false],
    ['createdAt < "2026-01-01T00:00:10"', (n) => n < 10],
    ['gatesPassed = true and usd = null and seconds = null', () => true],
  ])('takes those for which %s', async (filter, holds) => {
    const numbers = range(1, 45);
    const { cp, lastRunNumber } = await modelOf(numbers.map((n) => ended(n)));
    expect(await numbersOf(cp, lastRunNumber, { filter })).toEqual(numbers.filter(holds).toReversed());
  });

  it.each<[string, (n: number) => number]>([
    ['test_recall_at_100', (n) => -n],
    ['val_loss', (n) => -n],
    ['val_loss desc', (n) => n],
    ['params.training.batchSize desc, runNumber', (n) => -(2 ** (n % 5)) * 1000 + n],
    ['tags.team desc, own_figure asc', (n) => (n % 2 ? 1000 : 0) + n],
  ])('orders by %s, in pages without a gap or a double', async (orderBy, rank) => {
    const numbers = range(1, 23);
    const { cp, lastRunNumber } = await modelOf(numbers.map((n) => ended(n)));
    const model = { modelId: 'demo', lastRunNumber };
    const seen: number[] = [];
    for (let after; ;) {
      const { runs, next } = await findRuns(cp, model, { orderBy }, { after, limit: 4 });
      seen.push(...runs.map(({ runNumber }) => runNumber));
      if (!next) break;
      after = next;
    }
    expect(seen).toEqual(numbers.toSorted((a, b) => rank(a) - rank(b)));
  });

  it('pages through what was there, each once, while runs come in and others end', async () => {
    const numbers = range(1, 21);
    const lacking = { status: 'failed' as const, result: null };
    const { cp } = await modelOf(numbers.map((n) => ended(n, n % 4 === 0 ? lacking : {})));
    const seen: number[] = [];
    let lastRunNumber = 21;
    for (let after; ;) {
      const asked = { orderBy: 'tags.team desc, own_figure desc' };
      const { runs, next } = await findRuns(cp, { modelId: 'demo', lastRunNumber }, asked, {
        after,
        limit: 4,
      });
      seen.push(...runs.map(({ runNumber }) => runNumber));
      if (!next) break;
      after = next;
      // It comes in before the place, behind it, or last.
      lastRunNumber += 1;
      await cp.put(ended(lastRunNumber, lastRunNumber % 3 === 0 ? lacking : {}));
    }
    const before = seen.filter((n) => n <= 21);
    expect(before.toSorted((a, b) => a - b)).toEqual(numbers);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('puts runs last that lack what is ordered by, whichever the direction', async () => {
    const { cp } = await modelOf([ended(1, { status: 'failed', result: null }), ended(2), ended(3)]);
    expect(await numbersOf(cp, 3, { orderBy: 'own_figure asc' })).toEqual([2, 3, 1]);
    expect(await numbersOf(cp, 3, { orderBy: 'own_figure desc' })).toEqual([3, 2, 1]);
  });

  it.each([
    ['test_recall_at_100 >', /wrong at its end: expected a number, a text in quotes/],
    ['test_recall_at_100 > 0.3 and', /wrong at its end: expected/],
    ['status = "running" und epochs > 3', /wrong at character 20: expected .*status = "running" ⟨here⟩und/],
    ['test_recal_at_100x > 3', /character 1: .*"test_recal_at_100x".*did you mean test_recall_at_100\?/],
    [
      'params.training.batchsize = 3',
      /no run has the parameter "training.batchsize"; did you mean params.training.batchSize\?/,
    ],
    ['status = [', /character 10: expected a number/],
  ])('refuses %.60s, and says where', async (filter, message) => {
    const { cp } = await modelOf([ended(1)]);
    await expect(numbersOf(cp, 1, { filter })).rejects.toMatchObject({
      code: 'invalid-filter',
      detail: expect.stringMatching(message) as string,
    });
  });

  it('refuses a thousand brackets that nothing closes', async () => {
    const { cp } = await modelOf([ended(1)]);
    const asked = numbersOf(cp, 1, { filter: `${'('.repeat(1900)}epochs = 3` });
    await expect(asked).rejects.toMatchObject({ code: 'invalid-filter' });
  });
});
