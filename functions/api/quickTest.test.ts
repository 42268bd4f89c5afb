import {
  dryRunSchema,
  paths,
  relativesSchema,
  runPageSchema,
  runViewSchema,
  type RunView,
} from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT, signed, trainer } from '../../test/support/callbacks.js';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction, type FunctionClient } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { handleRetrainMessage } from '../runs/retrain.js';

const RUNS = '/api/models/demo/training-runs';
const [USER] = EXAMPLE_SPEC.features.query;

async function opened() {
  const cp = await testControlPlane();
  return { cp, api: await serveFunction('api') };
}

async function sent(api: FunctionClient, path: string, body: unknown = {}): Promise<RunView> {
  const answer = await api.send(path, { body });
  expect(answer).toMatchObject({ status: 202 });
  return runViewSchema.parse(answer.json);
}

describe('a quick test', () => {
  it('is a run of its own, whose specification shows what was cut', async () => {
    const { api } = await opened();
    const run = await sent(api, RUNS, { spec: EXAMPLE_SPEC, quickTest: { share: 0.2, epochs: 2 } });
    expect(run).toMatchObject({
      intent: 'quick-test',
      totalEpochs: 2,
      spec: {
        dataset: { sample: { share: 0.2, by: USER?.transform === 'lookup' && USER.column } },
        training: { epochs: 2 },
      },
      systemTags: { experiment_type: 'quick-test' },
    });
    expect(run.title).toMatch(/^quick-test/);
    expect(run.quickTest?.cuts.map(({ setting }) => setting)).toContain('dataset.sample');
  });

  it('is shown by a dry run, and refuses another intent', async () => {
    const { api } = await opened();
    const { json } = await api.send(`${RUNS}?dryRun=true`, { body: { spec: EXAMPLE_SPEC, quickTest: {} } });
    const dry = dryRunSchema.parse(json);
    expect(dry.spec.training.epochs).toBe(3);
    expect(dry.quickTest?.cuts.length).toBeGreaterThan(1);
    const refused = await api.refused(RUNS, {
      body: { spec: EXAMPLE_SPEC, quickTest: {}, intent: 'ablation' },
    });
    expect(refused.errors).toMatchObject([{ pointer: '/intent' }]);
  });

  it('becomes no version, and nobody retrains by its specification', async () => {
    const { cp, api } = await opened();
    const whole = await sent(api, RUNS, { spec: EXAMPLE_SPEC });
    const quick = await sent(api, RUNS, { spec: EXAMPLE_SPEC, quickTest: {} });
    const { path, sent: callback } = signed(trainer().completed(RESULT), {
      now: cp.now(),
      runId: quick.runId,
    });
    await (await serveFunction('webhooks')).send(path, callback);
    expect(runViewSchema.parse((await api.send(`/api/training-runs/${quick.runId}`)).json).status).toBe(
      'completed',
    );
    expect(Object.keys(cp.documents())).not.toContain(paths.modelVersion('demo', 1));
    expect(Object.keys(cp.documents())).not.toContain(paths.registration(quick.runId));
    const data = Buffer.from(JSON.stringify({ modelId: 'demo', newRows: 1 })).toString('base64');
    await handleRetrainMessage(cp, { id: 'm', data: { message: { data, messageId: 'm' } } } as never);
    const { runs } = runPageSchema.parse((await api.send(RUNS)).json);
    const third = runs.find(({ runNumber }) => runNumber === 3);
    expect(third).toMatchObject({ specDigest: whole.specDigest, intent: null });
  });
});

describe('training on everything', () => {
  it('takes the specification of before the quick test, once for a key, and both know each other', async () => {
    const { api } = await opened();
    const whole = await sent(api, RUNS, { spec: EXAMPLE_SPEC, experiment: 'towers' });
    const quick = await sent(api, RUNS, { spec: EXAMPLE_SPEC, quickTest: {}, experiment: 'towers' });
    const headers = { 'idempotency-key': 'k' };
    const path = `/api/training-runs/${quick.runId}/train-full`;
    const full = runViewSchema.parse((await api.send(path, { body: {}, headers })).json);
    expect(full).toMatchObject({
      specDigest: whole.specDigest,
      quickRunId: quick.runId,
      quickTest: null,
      intent: null,
      experiment: 'towers',
      systemTags: {},
    });
    expect((await api.send(path, { body: {}, headers })).json).toEqual(full);
    const relatives = async (runId: string) =>
      relativesSchema.parse((await api.send(`/api/training-runs/${runId}/relatives`)).json);
    expect(await relatives(full.runId)).toMatchObject({
      quickTest: { runId: quick.runId, name: 'demo#2' },
      fullRuns: [],
    });
    expect(await relatives(quick.runId)).toMatchObject({
      quickTest: null,
      fullRuns: [{ runId: full.runId }],
    });
  });

  it.each([
    ['none', {}, /demo#1 is no quick test/],
    ['that name alone', { intent: 'quick-test' }, /has the intent quick-test, but/],
  ])('is refused of a run that has %s of it', async (_name, parts, detail) => {
    const { api } = await opened();
    const run = await sent(api, RUNS, { spec: EXAMPLE_SPEC, ...parts });
    const refused = await api.refused(`/api/training-runs/${run.runId}/train-full`, { body: {} });
    expect(refused).toMatchObject({ status: 409, type: expect.stringMatching(/no-quick-test$/) as string });
    expect(refused.detail).toMatch(detail);
  });
});

describe('what a run is said to come from', () => {
  const given = (parts: object) => ({ body: { spec: EXAMPLE_SPEC, ...parts } });

  it('is a run of the same model, or its sweep', async () => {
    const { cp, api } = await opened();
    const parent = await sent(api, RUNS, { spec: EXAMPLE_SPEC });
    const quick = await sent(api, RUNS, { spec: EXAMPLE_SPEC, quickTest: {} });
    const child = await sent(api, RUNS, {
      spec: EXAMPLE_SPEC,
      parentRunId: parent.runId,
      quickRunId: quick.runId,
    });
    expect(child).toMatchObject({ parentRunId: parent.runId, quickRunId: quick.runId });
    const sweepId = 'ssssssssssssssssssss';
    await cp.store.transaction(async (tx) => tx.set(paths.sweep(sweepId), { modelId: 'demo' }));
    expect(await sent(api, RUNS, { spec: EXAMPLE_SPEC, parentRunId: sweepId })).toMatchObject({
      parentRunId: sweepId,
    });
  });

  it.each(['', '?dryRun=true'])('is refused where it is not, with each field (%s)', async (query) => {
    const { cp, api } = await opened();
    const own = await sent(api, RUNS, { spec: EXAMPLE_SPEC });
    const other = await sent(api, '/api/models/other/training-runs', { spec: EXAMPLE_SPEC, quickTest: {} });
    const before = Object.keys(cp.documents()).length;
    const none = 'nnnnnnnnnnnnnnnnnnnn';
    for (const parentRunId of [none, other.runId])
      expect(await api.refused(RUNS + query, given({ parentRunId, quickRunId: other.runId }))).toMatchObject({
        status: 400,
        errors: [
          {
            pointer: '/parentRunId',
            detail: expect.stringContaining('no run and no sweep of this id') as string,
          },
          {
            pointer: '/quickRunId',
            detail: expect.stringContaining('model demo has no run of this id') as string,
          },
        ],
      });
    expect(await api.refused(RUNS + query, given({ quickRunId: own.runId }))).toMatchObject({
      errors: [
        { pointer: '/quickRunId', detail: expect.stringContaining('demo#1 is no quick test') as string },
      ],
    });
    expect(Object.keys(cp.documents())).toHaveLength(before);
  });
});
