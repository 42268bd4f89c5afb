import { runViewSchema, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane, type TestControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../../test/support/newRun.js';
import { dispatch } from '../dispatch.js';
import { recordLifecycle } from '../lifecycle.js';
import { advanceAfter, repeatsOf, requestRepeats } from './repeats.js';

/** A cent a second. */
const machine = { region: 'europe-west4', cpu: 2, memoryGb: 8 };
const TIERS = [{ name: 'small', launcher: 'fake', usdPerHour: 36, machine }];
const PATH = '/api/models/demo/training-runs';
/** 20 s to start, 25 s of preparation and 200 s of training at least: $2.45. */
const spec = {
  ...EXAMPLE_SPEC,
  dataset: {
    source: { uri: 'purchases.csv' },
    expectations: [{ expect: 'rows' as const, atLeast: 10_000_000, atMost: 20_000_000 }],
  },
  compute: { maxRetries: 0, heartbeatTimeoutSeconds: 86_400 },
};

const budgeted = (monthlyUsd: number) => testControlPlane({ tiers: TIERS, budget: { monthlyUsd } });

/** The run takes so long and is over. */
async function took(cp: TestControlPlane, runId: string, seconds: number): Promise<Run> {
  await dispatch(cp, runId);
  cp.pass(seconds);
  const error = { code: 'trainer-lost', message: 'gone', stage: null, remedy: null };
  await recordLifecycle(cp, runId, (run) => ({ type: 'lost', attempt: run.attempt, error }));
  return cp.run(runId);
}

describe('a run that is to be repeated', () => {
  it('is refused with the sum where a budget has no room for it and all repetitions, and is not started', async () => {
    const cp = await budgeted(10);
    const api = await serveFunction('api');
    const post = (path: string, body: object) => api.send(path, { body });
    const dry = await post(`${PATH}?dryRun=true`, { spec, repeats: 4 });
    expect(dry.json).toMatchObject({
      together: {
        runs: 5,
        usd: { low: expect.closeTo(12.25, 1) as number },
        seconds: { low: expect.any(Number) as number },
      },
    });
    expect((await post(`${PATH}?dryRun=true`, { spec })).json).toMatchObject({ together: null });
    const refused = await post(PATH, { spec, repeats: 4 });
    expect(refused).toMatchObject({
      status: 409,
      json: {
        type: expect.stringMatching(/budget-exceeded$/) as string,
        detail: expect.stringMatching(
          /^\$0\.00 of the \$10\.00 .* spent, and this run and the 4 that follow it are together estimated to cost \$12\.25 at least/,
        ) as string,
      },
    });
    expect(Object.keys(cp.documents()).filter((path) => path.startsWith('runs/'))).toEqual([]);
    expect((await post(PATH, { spec, repeats: 2 })).status).toBe(202);
  });

  it('has no repetition started that a budget has no room for beside those that are under way', async () => {
    const cp = await budgeted(10);
    const api = await serveFunction('api');
    const post = (path: string, body: object) => api.send(path, { body });
    const { runId } = runViewSchema.parse((await post(PATH, { spec, repeats: 3 })).json);
    // Three of four may be under way beside each other. The first costs $6.00 instead of $2.45.
    expect((await repeatsOf(cp, runId)).repetitions).toHaveLength(3);
    const run = await took(cp, runId, 600);
    const more = requestRepeats(cp, run, { count: 4, maxParallel: 4 }, 'ada');
    await expect(more).rejects.toThrow(
      /^\$6\.00 of the \$10\.00 .* spent, and one more repetition is, with what is under way of 3 alike, estimated to cost \$9\.80 at least/,
    );
    expect((await repeatsOf(cp, runId)).repetitions).toHaveLength(3);
  });

  it('says which sum keeps its next repetition from starting, and goes on when asked again', async () => {
    const cp = await budgeted(10);
    const run = await cp.request(spec);
    await requestRepeats(cp, run, { count: 3, maxParallel: 2 }, 'ada');
    await took(cp, run.runId, 600);
    await advanceAfter(cp, run.runId);
    const stopped = await repeatsOf(cp, run.runId);
    expect(stopped.repetitions).toHaveLength(1);
    expect(stopped.refusal).toMatch(/one more repetition is, with .* of 1 alike, estimated to cost \$4\.90/);
    cp.config.budget.monthlyUsd = 100;
    const again = await requestRepeats(cp, await cp.run(run.runId), { count: 3, maxParallel: 2 }, 'ada');
    expect(again).toMatchObject({ refusal: null, repetitions: [{ number: 1 }, { number: 2 }] });
  });
});
