import { newModel, newRunId, paths, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../../test/support/callbacks.js';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { newRun } from '../../../test/support/newRun.js';
import { runCommandLine } from '../../../test/support/runCommandLine.js';

async function world() {
  const cp = await testControlPlane();
  const { port } = await serveFunction('api');
  await cp.store.optimistic(async (tx) =>
    tx.set(paths.model('demo'), { ...newModel('demo', cp.now()), lastRunNumber: 3 }),
  );
  const put = async (runNumber: number, parts: Partial<Run> = {}) =>
    cp.put(newRun(cp.now(), { runId: newRunId(), runNumber, ...parts }));
  const experiments = (...args: string[]) =>
    runCommandLine(['experiments', 'demo', ...args, '--url', `http://127.0.0.1:${port}`]);
  return { put, experiments };
}

const completed = (recall: number): Partial<Run> => {
  const metrics = { test_recall_at_10: recall, test_recall_at_100: recall };
  return {
    status: 'completed',
    endedAt: '2026-01-01T00:10:00.000Z',
    experiment: 'wider',
    latestMetrics: metrics,
    result: { ...RESULT, metrics },
  };
};

describe('trainyard experiments', () => {
  it('says what an experiment is for, and leaves the rest of it as it was', async () => {
    const { experiments } = await world();
    await experiments('wider', '--description', 'Twice the width', '--tag', 'team=search', '--tag', 'old=1');
    const { code, out } = await experiments('wider', '--owner', 'ada', '--tag', 'old=', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      experiment: { description: 'Twice the width', owner: 'ada', tags: { team: 'search' } },
      runs: [],
    });
    expect((await experiments()).out).toMatch(/wider +Twice the width +ada +team=search/);
  });

  it('shows the runs of the experiment alone, the best first, by their own direction', async () => {
    const { put, experiments } = await world();
    await put(1, completed(0.2));
    await put(2, completed(0.4));
    await put(3, { ...completed(0.9), experiment: null });
    await experiments('wider', '--purpose', 'rare items');
    const { out } = await experiments('wider');
    expect(out).toMatch(/demo#2 +0\.4000[^]*demo#1 +0\.2000/);
    expect(out).not.toContain('demo#3');
  });

  it('says how an experiment is made where there is none', async () => {
    const { experiments } = await world();
    const none = await experiments();
    expect(none).toMatchObject({ code: 0, out: '' });
    expect(none.err).toContain('trainyard start --experiment ID');
    expect(await experiments('wider')).toMatchObject({ code: 1 });
    expect(await experiments('--owner', 'ada')).toMatchObject({ code: 2 });
  });
});
