import { newRunId, paths, runViewSchema, type Run, type RunResult } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT, signed, trainer } from '../../test/support/callbacks.js';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC, newRun } from '../../test/support/newRun.js';
import type { TrainingSpecInput } from '@trainyard/shared';

const GATED: Partial<TrainingSpecInput> = {
  evaluation: { gates: [{ metric: 'test_recall_at_10', atLeast: 0.25 }] },
};
const resultOf = (recall: number, more: RunResult['metrics'] = {}): RunResult => ({
  ...RESULT,
  metrics: { val_loss: 10 - recall, test_recall_at_10: recall, ...more },
});

async function opened() {
  const cp = await testControlPlane();
  const api = await serveFunction('api');
  const webhooks = await serveFunction('webhooks');
  /** A run of the model `demo` that completed with this recall. */
  const complete = async (
    recall: number,
    spec: Partial<TrainingSpecInput> = {},
    more: RunResult['metrics'] = {},
  ): Promise<Run> => {
    cp.pass(1);
    const run = await cp.request(spec);
    const { path, sent } = signed(trainer().completed(resultOf(recall, more)), {
      now: cp.now(),
      runId: run.runId,
    });
    expect(await webhooks.send(path, sent)).toMatchObject({ status: 200 });
    return cp.run(run.runId);
  };
  const post = (path: string, body: object = {}, headers: Record<string, string> = {}) =>
    api.send(`/api/models/demo${path}`, { body, headers });
  const model = async () => (await api.send('/api/models/demo')).json;
  return { cp, api, complete, post, model };
}

describe('a completed run', () => {
  it('is the next version of its model, which the world hears of', async () => {
    const { cp, api, complete, model } = await opened();
    const first = await complete(0.3, GATED);
    await complete(0.2, GATED);
    expect(first.gates).toMatchObject([{ metric: 'test_recall_at_10', value: 0.3, passed: true }]);
    expect((await api.send('/api/models/demo/versions')).json).toMatchObject({
      versions: [
        { version: 2, gates: [{ passed: false }], stage: 'none' },
        { version: 1, runId: first.runId, runNumber: 1, metrics: { test_recall_at_10: 0.3 } },
      ],
    });
    expect(await model()).toMatchObject({
      name: 'demo',
      lastVersion: 2,
      production: null,
      bestMetrics: { test_recall_at_10: 0.3 },
    });
    const told = cp.bus.published.filter(({ type }) => type === 'model.version.registered');
    expect(told.map(({ data }) => data.detail)).toEqual([
      { version: 1, gatesPassed: true },
      { version: 2, gatesPassed: false },
    ]);
  });

  it('is one version although its last callback comes twice', async () => {
    const { cp, api, complete } = await opened();
    const run = await complete(0.3);
    const webhooks = await serveFunction('webhooks');
    const { path, sent } = signed(trainer().completed(resultOf(0.3)), { now: cp.now(), runId: run.runId });
    await webhooks.send(path, sent);
    expect(((await api.send('/api/models/demo/versions')).json as { versions: [] }).versions).toHaveLength(1);
  });

  it('is found by the primary metric of the newest one, also where no index is of it', async () => {
    const { cp, api, complete } = await opened();
    await cp.request({});
    expect((await api.send('/api/models/demo/best-runs')).json).toEqual({ metric: null, runs: [] });
    const primary = { evaluation: { k: [7], primaryMetric: 'test_recall_at_7' } };
    const values = [0.1, 0.3, 0.2];
    for (const recall of values) await complete(recall, primary, { test_recall_at_7: recall / 2 });
    expect((await api.send('/api/models/demo/best-runs?limit=2')).json).toMatchObject({
      metric: 'test_recall_at_7',
      runs: [
        { name: 'demo#3', value: 0.15 },
        { name: 'demo#4', value: 0.1 },
      ],
    });
    const asked = await api.send('/api/models/demo/best-runs?metric=val_recall_at_7&limit=2');
    expect(asked.json).toMatchObject({ metric: 'recall_at_7', runs: [] });
    const slip = await api.refused('/api/models/demo/best-runs?metric=test_recal_at_77');
    expect([slip.status, slip.detail]).toEqual([400, expect.stringContaining('test_recall_at_7')]);
  });

  it('is found by its metric, best first, page by page', async () => {
    const { api, complete } = await opened();
    const [low, high, middle] = [await complete(0.1), await complete(0.3), await complete(0.2)];
    const best = await api.send('/api/models/demo/best-runs?metric=test_recall_at_10&limit=2');
    expect(best.json).toMatchObject({
      runs: [
        { runId: high.runId, value: 0.3, name: 'demo#2' },
        { runId: middle.runId, value: 0.2 },
      ],
    });
    expect((await api.send('/api/models/demo/best-runs?limit=1')).json).toMatchObject({
      metric: 'test_recall_at_100',
    });
    const path = '/api/models/demo/training-runs?bestBy=val_loss&limit=2';
    const page = (await api.send(path)).json as { runs: { runId: string }[]; nextCursor: string };
    expect(page.runs.map(({ runId }) => runId)).toEqual([high.runId, middle.runId]);
    const next = (await api.send(`${path}&cursor=${page.nextCursor}`)).json;
    expect(next).toMatchObject({ runs: [{ runId: low.runId }], nextCursor: null });
    expect((await api.refused(`/api/models/demo/training-runs?cursor=${page.nextCursor}`)).status).toBe(400);
  });
});

describe('promoting', () => {
  it('moves the pointers and the stages together, and rolling back undoes it, newest first', async () => {
    const { complete, post, model, api } = await opened();
    for (const recall of [0.1, 0.2, 0.3]) await complete(recall);
    for (const version of [1, 2, 3]) await post(`/versions/${version}/promote`, { stage: 'production' });
    expect(await post('/versions/1/promote', { stage: 'staging' })).toMatchObject({ status: 200 });
    expect(await model()).toMatchObject({ production: 3, formerProduction: [1, 2], staging: 1 });
    expect((await api.send('/api/models/demo/versions/2')).json).toMatchObject({
      stage: 'archived',
      stageHistory: [{ stage: 'production', by: 'local' }, { stage: 'archived' }],
    });
    expect(await post('/rollback')).toMatchObject({ status: 200, json: { version: 2, stage: 'production' } });
    expect(await post('/rollback')).toMatchObject({ status: 200, json: { version: 1, stage: 'production' } });
    expect(await model()).toMatchObject({ production: 1, formerProduction: [], staging: null });
    expect(await post('/rollback')).toMatchObject({ status: 409 });
  });

  it('again changes nothing, and a repeated rollback with its key goes back once', async () => {
    const { complete, post, model } = await opened();
    for (const recall of [0.1, 0.2, 0.3]) await complete(recall);
    for (const version of [1, 2, 3, 3]) await post(`/versions/${version}/promote`, { stage: 'production' });
    const key = { 'idempotency-key': 'back' };
    const [once, again] = [await post('/rollback', {}, key), await post('/rollback', {}, key)];
    expect(again.json).toEqual(once.json);
    expect(await model()).toMatchObject({ production: 2, formerProduction: [1] });
  });

  it('a version whose gate did not pass is refused, unless it is forced', async () => {
    const { complete, post, model } = await opened();
    await complete(0.1, GATED);
    expect(await post('/versions/1/promote', { stage: 'production' })).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('test_recall_at_10 is 0.1') as string },
    });
    expect(await model()).toMatchObject({ production: null });
    const reason = 'The gate counts a market that we left.';
    expect(await post('/versions/1/promote', { stage: 'production', force: true, reason })).toMatchObject({
      status: 200,
      json: { stageHistory: [{ stage: 'production', forced: true, reason }] },
    });
  });

  it('a version that serves into staging is refused, and one that there is not is not found', async () => {
    const { complete, post } = await opened();
    await complete(0.1);
    await post('/versions/1/promote', { stage: 'production' });
    expect(await post('/versions/1/promote', { stage: 'staging' })).toMatchObject({ status: 409 });
    expect(await post('/versions/2/promote', { stage: 'staging' })).toMatchObject({ status: 404 });
  });
});

describe('the settings of a model', () => {
  it('are what an administrator gave, the rest stays, and its runs have its teams', async () => {
    const { cp, complete, post, model } = await opened();
    const run = await complete(0.1);
    await post('', { name: 'Shop', teams: ['red', 'blue'] });
    await post('', { retrain: { minNewRows: 1000 } });
    expect(await model()).toMatchObject({
      name: 'Shop',
      teams: ['red', 'blue'],
      retrain: { minNewRows: 1000, minIntervalSeconds: 0, skipWhileRunning: false },
      lastVersion: 1,
    });
    expect((await cp.run(run.runId)).teams).toEqual(['red', 'blue']);
    expect((await cp.request()).teams).toEqual(['red', 'blue']);
  });
});

describe('a dry run', () => {
  it('records nothing, resolves the specification and estimates from the newest completed run', async () => {
    const { cp, api, complete } = await opened();
    const basis = await complete(0.3);
    const job = { tier: 'small', name: 'job', launchedAt: basis.createdAt, usdPerHour: null };
    await cp.put({ ...(await cp.run(basis.runId)), job });
    await cp.store.transaction(async (tx) => {
      for (const epoch of [1, 2]) {
        const row = { epoch, attempt: 1, metrics: {}, seconds: 3, examples: 10, examplesPerSecond: 3 };
        tx.set(paths.epoch(basis.runId, epoch), { ...row, at: cp.now().toISOString() });
      }
    });
    const before = cp.documents();
    const body = { spec: { ...EXAMPLE_SPEC, training: { epochs: 10 } } };
    const answer = await api.send('/api/models/demo/training-runs?dryRun=true', { body });
    expect(answer).toMatchObject({
      status: 200,
      json: {
        dryRun: true,
        spec: { compute: { tiers: ['small', 'large'] } },
        // Six epochs of 3 s at least before early stopping, ten at most, a quarter off.
        estimate: {
          basis: { runId: basis.runId },
          tier: 'small',
          seconds: { low: 0.75 * 18, high: 1.25 * 30 },
          usd: null,
          tiers: [{ tier: 'small' }, { tier: 'large', seconds: { low: 0.75 * 9, high: 1.25 * 60 } }],
        },
      },
    });
    expect(cp.documents()).toEqual(before);
    const unknown = await api.send('/api/models/new/training-runs?dryRun=true', { body });
    expect(unknown.json).toMatchObject({ estimate: { basis: null, seconds: null } });
  });
});

describe('a retry', () => {
  const checkpoint = { uri: 'file:///c', epoch: 3, at: '2026-01-01T00:00:00.000Z' };

  it('of a failed run is a run of its own, which goes on from the checkpoints of that one', async () => {
    const { cp, api } = await opened();
    const failed = newRun(cp.now(), { runId: newRunId(), status: 'failed', checkpoint });
    await cp.put(failed);
    const answer = await api.send(`/api/training-runs/${failed.runId}/retry`, { body: {} });
    const run = runViewSchema.parse(answer.json);
    expect(answer.status).toBe(202);
    expect(run).toMatchObject({ status: 'pending', attempt: 1, retryOf: { runId: failed.runId } });
    expect(run.retryOf?.checkpointUri).toBe(cp.objects.uri(`runs/${failed.runId}/checkpoints`));
    expect(await cp.run(failed.runId)).toEqual(failed);
  });

  it('of a retry that never got to a checkpoint goes on from those it was given', async () => {
    const { cp, api } = await opened();
    const given = { runId: newRunId(), checkpointUri: 'file:///first/checkpoints' };
    const failed = newRun(cp.now(), { runId: newRunId(), status: 'cancelled', retryOf: given });
    await cp.put(failed);
    const answer = await api.send(`/api/training-runs/${failed.runId}/retry`, { body: {} });
    expect(answer.json).toMatchObject({
      retryOf: { runId: failed.runId, checkpointUri: given.checkpointUri },
    });
  });

  it.each(['pending', 'running', 'cancelling', 'completed'] as const)(
    'of a %s run is refused',
    async (status) => {
      const { cp, api } = await opened();
      const run = newRun(cp.now(), { runId: newRunId(), status });
      await cp.put(run);
      expect(await api.send(`/api/training-runs/${run.runId}/retry`, { body: {} })).toMatchObject({
        status: 409,
      });
    },
  );
});

describe('the runs of a model', () => {
  it('are filtered by a tag and a status together', async () => {
    const { cp, api } = await opened();
    const run = async (tags: Record<string, string>, status: Run['status']) => {
      const requested = await cp.request({ tags });
      await cp.put({ ...requested, status });
      return requested.runId;
    };
    const wanted = await run({ team: 'a=b', night: 'yes' }, 'failed');
    await run({ team: 'a=b' }, 'completed');
    await run({ team: 'c' }, 'failed');
    const list = async (query: string) =>
      ((await api.send(`/api/models/demo/training-runs?${query}`)).json as { runs: Run[] }).runs;
    expect((await list('tag=team=a%3Db&status=failed')).map(({ runId }) => runId)).toEqual([wanted]);
    expect(await list('tag=team=a%3Db')).toHaveLength(2);
    expect(await list('tag=team=d')).toEqual([]);
  });
});
