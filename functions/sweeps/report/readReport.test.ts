import { runSchema, type RunCallback } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT, trainer } from '../../../test/support/callbacks.js';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { SweepWorld } from '../../../test/support/sweepWorld.js';
import { recordCallbacks } from '../../runs/recordCallback.js';
import { finalizeSweep } from '../finalize.js';
import { readReport } from './readReport.js';
import { renderSweep } from './renderSweep.js';

const RATE = 'training.optimizer.learningRate';

describe('the report of a sweep that was finalized', () => {
  it('says what the retrained trial was worth beside what was before the search', async () => {
    const world = new SweepWorld(await testControlPlane());
    const { cp } = world;
    const { sweepId } = await world.start({ space: { [RATE]: [0.01, 0.1] }, strategy: 'grid' });
    await world.run(sweepId);
    const sweep = await world.sweep(sweepId);
    expect(renderSweep(await readReport(cp, sweep))).toContain('The best trial was not retrained');
    const asked = { by: 'ada', idempotencyKey: undefined, overrides: {}, repeats: 0, baseline: true };
    const { outcome } = await finalizeSweep(cp, sweep, asked);
    const before = await readReport(cp, sweep);
    expect(before.worths).toMatchObject([{ run: { runId: outcome.runId }, comparison: null }]);
    const runs = Object.entries(cp.documents()).flatMap(([path, data]) =>
      /^runs\/[a-z2-7]+$/.test(path) ? [runSchema.parse(data)] : [],
    );
    for (const { runId, sweep: trial } of runs) {
      if (trial) continue;
      const recall = runId === outcome.runId ? 0.36 : 0.3;
      const { id, kind, body } = trainer().completed({ ...RESULT, metrics: { test_recall_at_100: recall } });
      const callback = { type: 'callback', kind, body } as RunCallback;
      await recordCallbacks(cp, runId, 1, [{ id, callback }]);
    }
    const page = renderSweep(await readReport(cp, sweep)).replaceAll(/<[^>]*>|\s+/g, ' ');
    expect(page).toMatch(/0\.0600 \(20 %\) better than before the sweep; how much of that is chance/);
    expect(page).toMatch(/recall@100 +0\.3000 +0\.3600 +\+0\.0600/);
  });
});
