import { paths, repeatSeeds, type Run, type RunResult } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../../test/support/callbacks.js';
import { testControlPlane, type TestControlPlane } from '../../../test/support/controlPlane.js';
import { runsFrom } from './relatives.js';
import { advanceAfter, numbersToStart, repeatsOf, requestRepeats } from './repeats.js';

const childrenOf = (cp: TestControlPlane, { runId }: Run) => runsFrom(cp.store, 'parentRunId', runId);

async function ended(cp: TestControlPlane, run: Run, recall?: number): Promise<void> {
  const metrics = { ...RESULT.metrics, ...(recall !== undefined && { test_recall_at_100: recall }) };
  const result: RunResult | null = recall === undefined ? null : { ...RESULT, metrics };
  await cp.put({ ...run, status: result ? 'completed' : 'failed', result });
  // At least once, and not only by one.
  await Promise.all([advanceAfter(cp, run.runId), advanceAfter(cp, run.runId)]);
}

describe('repetitions of a run', () => {
  it('are started by the end of others until all are over, each number once, with the drawn seeds', async () => {
    const cp = await testControlPlane();
    const parent = await cp.request();
    const first = await requestRepeats(cp, parent, { count: 5, maxParallel: 3 }, 'ada');
    expect(first.repetitions).toMatchObject([{ number: 1 }, { number: 2 }]);
    await ended(cp, parent, 0.5);
    expect(await childrenOf(cp, parent)).toHaveLength(3);
    for (let i = 0; i < 5; i++) {
      const open = (await childrenOf(cp, parent)).filter(({ status }) => status === 'pending');
      expect(open.length).toBeLessThanOrEqual(3);
      const [next] = open;
      if (next) await ended(cp, next, i === 0 ? undefined : 0.3 + i / 10);
    }
    const children = await childrenOf(cp, parent);
    expect(children.map(({ repeat }) => repeat)).toEqual(
      repeatSeeds(5).map((seed, i) => ({ of: parent.runId, number: i + 1, seed })),
    );
    expect(children.map(({ spec }) => spec)).toEqual(
      repeatSeeds(5).map((seed) => ({ ...parent.spec, training: { ...parent.spec.training, seed } })),
    );
    expect(children[0]).toMatchObject({
      requestedBy: 'ada',
      parentRunId: parent.runId,
      title: expect.stringMatching(/^repeat-1-seed-\d+$/) as string,
    });
    const view = await repeatsOf(cp, parent.runId);
    expect(view).toMatchObject({ count: 5, ended: 5, completed: 4, refusal: null });
    expect(view.sensitivity?.metrics[0]).toMatchObject({ metric: 'test_recall_at_100', values: 4 });
    expect(view.sensitivity?.metrics[0]?.mean).toBeCloseTo(0.55, 12);
  });

  it('become more when more are asked for, and never fewer', async () => {
    const cp = await testControlPlane();
    const parent = await cp.request();
    const ask = (count: number) => requestRepeats(cp, parent, { count, maxParallel: 50 }, 'ada');
    expect((await ask(2)).repetitions).toHaveLength(2);
    const view = await ask(4);
    expect(view.repetitions.map(({ seed }) => seed)).toEqual(repeatSeeds(4));
    expect((await ask(2)).count).toBe(4);
  });

  it('stop where a budget is spent, say so, and go on when asked again', async () => {
    const cp = await testControlPlane();
    const parent = await cp.request({ compute: { tiers: ['small'] } });
    await requestRepeats(cp, parent, { count: 3, maxParallel: 2 }, 'ada');
    const tiers = cp.config.tiers;
    cp.config = { ...cp.config, tiers: tiers.filter(({ name }) => name !== 'small') };
    await ended(cp, parent, 0.5);
    const { refusal, repetitions } = await repeatsOf(cp, parent.runId);
    expect(refusal).toMatch(/"small" does not exist/);
    expect(repetitions).toHaveLength(1);
    cp.config = { ...cp.config, tiers };
    const again = await requestRepeats(cp, await cp.run(parent.runId), { count: 3, maxParallel: 2 }, 'ada');
    expect(again).toMatchObject({ refusal: null, repetitions: [{ number: 1 }, { number: 2 }] });
  });

  it('are not repeated themselves, and become no versions', async () => {
    const cp = await testControlPlane();
    const parent = await cp.request();
    await requestRepeats(cp, parent, { count: 2, maxParallel: 4 }, 'ada');
    const [child] = await childrenOf(cp, parent);
    if (!child) throw new Error('none was started');
    const refused = requestRepeats(cp, child, { count: 2, maxParallel: 4 }, 'ada');
    await expect(refused).rejects.toMatchObject({ code: 'is-repetition' });
    expect(Object.keys(cp.documents())).not.toContain(paths.registration(child.runId));
  });

  it.each([
    [[], 'running', [1, 2]],
    [[], 'completed', [1, 2, 3]],
    [['running', 'completed'], 'completed', [3, 4]],
    [['running', 'running', 'cancelling'], 'completed', []],
  ] as const)('of which %j are there beside a run that is %s: %j are next', (statuses, status, next) => {
    const started = statuses.map((one, i) => ({ status: one, repeat: { of: 'r', number: i + 1, seed: 1 } }));
    expect(numbersToStart({ count: 4, maxParallel: 3 }, { status }, started)).toEqual(next);
  });
});
