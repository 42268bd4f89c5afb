import { monthOf, paths, type Run } from '@trainyard/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testControlPlane, type TestControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { changeModel } from '../models/changeModel.js';
import { notify } from '../notify/notify.js';
import type { Post } from '../notify/safeRequest.js';
import { dispatch } from './dispatch.js';
import { recordLifecycle } from './lifecycle.js';
import { reconcile } from './reconcile.js';
import { retryRun } from './retryRun.js';
import { spendingIn } from './spending.js';

/** A cent a second: an hour costs 36. */
const TIERS = [{ name: 'small', launcher: 'fake', usdPerHour: 36 }];
const MONTH = '2026-01';
const error = { code: 'trainer-lost', message: 'gone', stage: null, remedy: null };
const gone = (run: Run) => ({ type: 'lost' as const, attempt: run.attempt, error });

type Budget = Parameters<typeof testControlPlane>[0] & object;
const budgeted = (budget: Budget['budget'], config: Budget = {}) =>
  testControlPlane({ tiers: TIERS, budget, ...config });

/** A run that is at it from now on. */
async function started(cp: TestControlPlane): Promise<Run> {
  const { runId } = await cp.request({ compute: { maxRetries: 0, heartbeatTimeoutSeconds: 86_400 } });
  await dispatch(cp, runId);
  return cp.run(runId);
}

/** A run that has cost so much and is over. */
async function spent(cp: TestControlPlane, usd: number): Promise<Run> {
  const { runId } = await started(cp);
  cp.pass(usd * 100);
  await recordLifecycle(cp, runId, gone);
  return cp.run(runId);
}

describe('a start in a month whose budget is spent', () => {
  it('is refused with what was spent, what is allowed and what to do, and so is a retry', async () => {
    const cp = await budgeted({ monthlyUsd: 10 });
    const failed = await spent(cp, 10);
    const refused = {
      code: 'budget-exceeded',
      detail:
        '$10.00 of the $10.00 that TRAINYARD_MONTHLY_BUDGET_USD allows in 2026-01 (UTC) are spent: raise TRAINYARD_MONTHLY_BUDGET_USD, or wait until 2026-02-01.',
    };
    await expect(cp.request()).rejects.toMatchObject(refused);
    const request = { requestedBy: 'ana', idempotencyKey: undefined };
    await expect(retryRun(cp, failed, request)).rejects.toMatchObject(refused);
    cp.pass(31 * 86_400);
    expect((await cp.request()).status).toBe('pending');
  });

  it('counts the runs that are open, up to now', async () => {
    const cp = await budgeted({ monthlyUsd: 10 });
    await started(cp);
    cp.pass(999);
    await started(cp);
    cp.pass(1);
    await expect(cp.request()).rejects.toThrow(/^\$10\.01 of the \$10\.00/);
  });

  it('is refused when what it needs at least is more than is left', async () => {
    const machine = { region: 'europe-west4', cpu: 2, memoryGb: 8 };
    const tiers = [{ ...TIERS[0], name: 'small', launcher: 'fake', machine }];
    const cp = await budgeted({ monthlyUsd: 3 }, { tiers });
    await spent(cp, 1);
    // 20 s to start, 25 s of preparation and 200 s of training at least.
    const dataset = {
      source: { uri: 'purchases.csv' },
      expectations: [{ expect: 'rows' as const, atLeast: 10_000_000, atMost: 20_000_000 }],
    };
    await expect(cp.request({ dataset })).rejects.toThrow(
      /\$1\.00 of the \$3\.00 .* are spent, and this run is estimated to cost \$2\.45 at least/,
    );
    expect((await cp.request()).status).toBe('pending');
  });

  it('goes by the model where the model has a budget, and leaves other models alone', async () => {
    const cp = await budgeted({});
    await changeModel(cp, 'demo', { monthlyBudgetUsd: 5 });
    await spent(cp, 5);
    await expect(cp.request()).rejects.toThrow(
      /\$5\.00 of the \$5\.00 that the monthly budget of model "demo" allows/,
    );
    await changeModel(cp, 'demo', { monthlyBudgetUsd: null });
    expect((await cp.request()).status).toBe('pending');
  });

  it('by a retrain message is skipped like one that a policy refuses, and its rows count for the next', async () => {
    const cp = await budgeted({ monthlyUsd: 1 });
    await spent(cp, 1);
    const data = Buffer.from(JSON.stringify({ modelId: 'demo', newRows: 7 })).toString('base64');
    const message = { messageId: 'm1', publishTime: cp.now().toISOString(), data, attributes: {} };
    const retrain = await serveFunction('retrain');
    await retrain.send('/projects/p/topics/trainyard-retrain', { body: { subscription: 's', message } });
    expect(cp.logged.at(-1)).toMatchObject({
      message: 'a retrain message started no run',
      fields: { reason: expect.stringMatching(/\$1\.00 of the \$1\.00/) },
    });
    expect(cp.documents()['models/demo']).toMatchObject({ newRows: 7, lastRunNumber: 1 });
  });
});

describe('runs that are open when the budget is spent', () => {
  it('go on to their end', async () => {
    const cp = await budgeted({ monthlyUsd: 10 });
    const { runId } = await started(cp);
    cp.pass(2000);
    await reconcile(cp);
    expect((await cp.run(runId)).status).toBe('provisioning');
  });

  it('are stopped where the deployment wants that, and say why', async () => {
    const cp = await budgeted({ monthlyUsd: 10, whenSpent: 'stop' });
    const [first, second] = [await started(cp), await started(cp)];
    cp.pass(499);
    await reconcile(cp);
    expect((await cp.run(first.runId)).status).toBe('provisioning');
    cp.pass(1);
    await reconcile(cp);
    for (const { runId } of [first, second])
      expect(await cp.run(runId)).toMatchObject({
        status: 'cancelling',
        error: { code: 'budget-exceeded', message: expect.stringMatching(/\$10\.00 of the \$10\.00/) },
      });
  });
});

const CHANNELS = [
  { type: 'slack' as const, name: 'all', url: 'https://hooks.slack.com/all' },
  { type: 'slack' as const, name: 'other', url: 'https://hooks.slack.com/other', models: ['other'] },
  { type: 'slack' as const, name: 'ends', url: 'https://hooks.slack.com/ends', on: ['completed' as const] },
];

describe('warnings of a budget', () => {
  const reached = (cp: TestControlPlane) =>
    cp.bus.published.filter(({ type }) => type === 'budget.reached').map(({ data }) => data.detail['share']);

  it('are told at half, at 80 and at 100 %, once each, while runs are open and when they end', async () => {
    const cp = await budgeted({ monthlyUsd: 10 });
    await started(cp);
    for (const [seconds, told] of [
      [490, []],
      [20, [0.5]],
      [100, [0.5]],
      [200, [0.5, 0.8]],
    ] as const) {
      cp.pass(seconds);
      await reconcile(cp);
      await reconcile(cp);
      expect(reached(cp)).toEqual(told);
    }
    const [run] = (await spendingIn(cp, MONTH)).open;
    cp.pass(300);
    await recordLifecycle(cp, run?.runId ?? '', gone);
    const end = cp.bus.published.find(({ type }) => type === 'run.failed');
    if (!end) throw new Error('no end');
    await notify(cp, end);
    await notify(cp, end);
    cp.pass(5);
    await reconcile(cp);
    expect(reached(cp)).toEqual([0.5, 0.8, 1]);
  });

  it('are told again when the budget is another one', async () => {
    const cp = await budgeted({ monthlyUsd: 10 });
    await started(cp);
    cp.pass(600);
    await reconcile(cp);
    cp.config.budget.monthlyUsd = 12;
    await reconcile(cp);
    expect(reached(cp)).toEqual([0.5, 0.5]);
  });

  it('reach the channels that want them, and say what is spent and what to do', async () => {
    const cp = await budgeted({ monthlyUsd: 10 }, { notifications: { channels: CHANNELS } });
    await changeModel(cp, 'demo', { monthlyBudgetUsd: 10 });
    await started(cp);
    cp.pass(1000);
    await reconcile(cp);
    const posts: Post[] = [];
    for (const event of cp.bus.published.filter(({ type }) => type === 'budget.reached'))
      await notify(cp, event, async (post) => (posts.push(post), 200));
    expect(posts.map(({ url }) => url.split('/').at(-1))).toEqual(['all', 'other', 'all']);
    const text = posts.map(({ body }) => body).join();
    expect(text).toContain('[trainyard] 100 % of the budget of 2026-01 is spent');
    expect(text).toContain('[demo] 100 % of the budget of 2026-01 is spent');
    expect(text).toMatch(/\$10\.00 of the \$10\.00 .*no run is started, and open runs go on to their end/);
    expect(text).toContain("raise the model's monthlyBudgetUsd, or wait until 2026-02-01");
  });
});

/** What may happen to runs, one after another or at once, and what a crash takes back. */
const happenings = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('start' as const), model: fc.constantFrom('a', 'b') }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.nat(900_000) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('lose' as const), which: fc.nat(9) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  ),
  { maxLength: 25 },
);

describe('what a month has cost', () => {
  it('is exactly what its jobs cost, whatever ends twice, crashes or goes on into another month', async () => {
    await fc.assert(
      fc.asyncProperty(happenings, async (list) => {
        const cp = await testControlPlane({ tiers: TIERS });
        const jobs: { runId: string; model: string; from: number; until: number | null }[] = [];
        const close = (runId: string) => {
          for (const job of jobs) if (job.runId === runId) job.until ??= cp.now().getTime();
        };
        for (const event of list) {
          if (event.do === 'pass') cp.pass(event.seconds);
          else if (event.do === 'crash') cp.store.failNextCommits();
          else if (event.do === 'start') {
            const run = await cp
              .request({ compute: { maxRetries: 0, deadlineSeconds: 30 * 86_400 } })
              .catch(() => null);
            if (!run) continue;
            await cp.put({ ...run, modelId: event.model });
            await dispatch(cp, run.runId).catch(() => undefined);
            await dispatch(cp, run.runId).catch(() => undefined);
            const { job } = await cp.run(run.runId);
            if (job)
              jobs.push({ runId: run.runId, model: event.model, from: cp.now().getTime(), until: null });
          } else {
            const job = jobs[event.which];
            if (!job) continue;
            // Twice at once, and the job of one that is being cancelled ends right away.
            const lose = () => recordLifecycle(cp, job.runId, gone);
            const cancel = () => recordLifecycle(cp, job.runId, () => ({ type: 'cancelRequested' }));
            const ends = event.do === 'lose' ? [lose, lose] : [cancel, lose];
            await Promise.allSettled(ends.map((end) => end()));
            const { status } = await cp.run(job.runId);
            if (status === 'failed' || status === 'cancelled') close(job.runId);
          }
        }
        const now = cp.now().getTime();
        const months = [
          '2026-01',
          '2026-02',
          '2026-03',
          '2026-04',
          '2026-05',
          '2026-06',
          '2026-07',
          '2026-08',
          '2026-09',
        ];
        for (const month of months) {
          const [begin, end] = [Date.parse(`${month}-01`), nextMonth(month)];
          const { usd, byModel } = await spendingIn(cp, month);
          const expected = (model?: string) =>
            jobs
              .filter((job) => model === undefined || job.model === model)
              .reduce(
                (sum, { from, until }) =>
                  sum + Math.max(0, Math.min(until ?? now, end) - Math.max(from, begin)),
                0,
              ) / 100_000;
          expect(usd).toBeCloseTo(expected(), 6);
          for (const model of ['a', 'b']) expect(byModel.get(model) ?? 0).toBeCloseTo(expected(model), 6);
        }
        // Each ended run has one record a month, of what its document says.
        const documents = cp.documents();
        for (const { runId } of jobs) {
          const run = await cp.run(runId);
          for (const [month, usd] of Object.entries(run.cost?.byMonth ?? {}))
            if (run.endedAt) expect(documents[paths.spent(month, runId)]).toMatchObject({ usd });
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('begins with the first of the month in UTC', () => {
    expect(monthOf(new Date('2026-01-31T23:59:59.999Z'))).toBe('2026-01');
    expect(monthOf(new Date('2026-02-01T00:00:00.000Z'))).toBe('2026-02');
  });
});

function nextMonth(month: string): number {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return Date.UTC(year, number);
}
