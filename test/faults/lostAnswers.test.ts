/**
 * A commit of Firestore whose answer is lost has gone through, and its client asks once more: the work is done again on documents that
 * it has changed itself. Whatever is asked for happens once all the same.
 */
import { paths, trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { promote, rollback } from '../../functions/models/promote.js';
import { readModel } from '../../functions/models/repository.js';
import { startRun } from '../../functions/runs/createRun.js';
import { dispatch } from '../../functions/runs/dispatch.js';
import { recordLifecycle } from '../../functions/runs/lifecycle.js';
import { RESULT, signed, trainer } from '../support/callbacks.js';
import { testControlPlane } from '../support/controlPlane.js';
import { serveFunction } from '../support/functionClient.js';
import { EXAMPLE_SPEC } from '../support/newRun.js';

const spec = trainingSpecSchema.parse(EXAMPLE_SPEC);
const by = 'ada';

describe('where the answer to a commit is lost', () => {
  it.each([
    ['without a key', undefined],
    ['with one', 'k'],
  ])('a start %s makes one run, which is answered and asked a machine for', async (_, idempotencyKey) => {
    const cp = await testControlPlane();
    cp.store.loseNextAnswers();
    const request = { modelId: 'demo', spec, requestedBy: by, idempotencyKey };
    const { run, isReplay } = await startRun(cp, request, () => undefined);
    expect({ number: run.runNumber, isReplay }).toEqual({ number: 1, isReplay: false });
    expect(cp.bus.published).toMatchObject([{ type: 'run.requested', data: { runId: run.runId } }]);
    const runs = Object.keys(cp.documents()).filter((path) => /^runs\/[^/]+$/u.test(path));
    expect(runs).toEqual([paths.run(run.runId)]);
    expect(await readModel(cp.store, 'demo')).toMatchObject({ lastRunNumber: 1 });
  });

  it('a run is launched once, and a cancel stops it', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    cp.store.loseNextAnswers(2);
    await dispatch(cp, runId);
    expect(cp.launcher.started).toMatchObject([{ runId, attempt: 1 }]);
    cp.store.loseNextAnswers();
    await recordLifecycle(cp, runId, () => ({ type: 'cancelRequested' }));
    expect(await cp.run(runId)).toMatchObject({ status: 'cancelling' });
  });

  it('a completed run is one version', async () => {
    const cp = await testControlPlane();
    const { runId } = await cp.request();
    const { path, sent } = signed(trainer().completed(RESULT), { now: cp.now(), runId });
    const webhooks = await serveFunction('webhooks');
    cp.store.loseNextAnswers(3);
    expect(await webhooks.send(path, sent)).toMatchObject({ status: 200 });
    expect(await cp.run(runId)).toMatchObject({ status: 'completed' });
  });

  it.each([
    ['without a key', undefined],
    ['with one', 'k'],
  ])('a rollback %s goes back one version', async (_, idempotencyKey) => {
    const cp = await testControlPlane();
    const webhooks = await serveFunction('webhooks');
    for (const version of [1, 2, 3]) {
      const { runId } = await cp.request();
      const { path, sent } = signed(trainer().completed(RESULT), { now: cp.now(), runId });
      expect(await webhooks.send(path, sent)).toMatchObject({ status: 200 });
      cp.store.loseNextAnswers();
      const promotion = { modelId: 'demo', version, stage: 'production' as const, force: false, by };
      await promote(cp, { ...promotion, idempotencyKey: undefined });
    }
    cp.store.loseNextAnswers();
    const { outcome } = await rollback(cp, { modelId: 'demo', by, idempotencyKey });
    expect(outcome.pointers).toMatchObject({ production: 2, formerProduction: [1] });
    expect(await readModel(cp.store, 'demo')).toMatchObject({ production: 2, formerProduction: [1] });
    const next = await rollback(cp, { modelId: 'demo', by, idempotencyKey: undefined });
    expect(next).toMatchObject({ isReplay: false, outcome: { version: { version: 1 } } });
  });
});
