import { checkGates, newModel, paths, type ModelVersion } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../../test/support/callbacks.js';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { runCommandLine } from '../../../test/support/runCommandLine.js';

const GATE = { metric: 'test_recall_at_10', atLeast: 0.3 };

/** A model whose versions reached these recalls: what is below 0.3 misses its gate. */
async function world(...recalls: number[]) {
  const cp = await testControlPlane();
  const { port } = await serveFunction('api');
  await cp.store.transaction(async (tx) => {
    tx.set(paths.model('shop'), { ...newModel('shop', cp.now()), lastVersion: recalls.length });
    for (const [i, recall] of recalls.entries()) {
      const metrics = { test_recall_at_10: recall };
      const version: ModelVersion = {
        schemaVersion: 1,
        modelId: 'shop',
        version: i + 1,
        runId: 'abcdefghijklmnopqrst',
        runNumber: i + 1,
        metrics,
        baselines: {},
        gates: checkGates([GATE], { metrics, baselines: {} }),
        artifacts: RESULT.artifacts,
        data: null,
        stage: 'none',
        stageHistory: [],
        createdAt: cp.now().toISOString(),
      };
      tx.set(paths.modelVersion('shop', i + 1), { ...version });
    }
  });
  const url = `http://127.0.0.1:${port}`;
  return (...args: string[]) => runCommandLine([...args, '--url', url]);
}

describe('versions of a model at the command line', () => {
  it('are promoted, listed and rolled back', async () => {
    const run = await world(0.31, 0.35);
    expect((await run('promote', 'shop', '1')).out).toBe('version 1 of shop is in production\n');
    expect((await run('promote', 'shop', '2')).out).toContain(
      'version 1 served before: trainyard rollback shop',
    );
    const { out } = await run('versions', 'shop');
    expect(out).toMatch(/^ *2 +production +shop#2 +1 of 1 +\d{4}-.* 0\.3500$/m);
    expect(out).toMatch(/^ *1 +archived /m);
    expect((await run('rollback', 'shop')).out).toBe('version 1 of shop is in production\n');
    const refused = await run('rollback', 'shop');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('nothing to roll back to');
  });

  it('are refused with the gate that was missed, and forced with a reason alone', async () => {
    const run = await world(0.2);
    const refused = await run('promote', 'shop', '1', '--to', 'staging');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('test_recall_at_10 is 0.2, must be at least 0.3');
    const unexplained = await run('promote', 'shop', '1', '--force');
    expect(unexplained.code).toBe(2);
    expect(unexplained.err).toContain('--force needs --reason');
    const { out } = await run('promote', 'shop', '1', '--force', '--reason', 'a try', '--json');
    expect(JSON.parse(out)).toMatchObject({
      stage: 'production',
      stageHistory: [{ forced: true, reason: 'a try' }],
      model: { production: 1 },
    });
  });

  it('are a line of JSON each, and none is said to be none', async () => {
    const run = await world(0.31, 0.35);
    const lines = (await run('versions', 'shop', '--json', '--limit', '1')).out.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { version: number }).version)).toEqual([2]);
    const empty = await world();
    expect((await empty('versions', 'shop')).err).toContain('has no version yet');
  });
});
