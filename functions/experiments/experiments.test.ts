import {
  bestExperimentsSchema,
  experimentPageSchema,
  experimentViewSchema,
  newModel,
  newRunId,
  paths,
  trainingSpecSchema,
  type Run,
} from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../test/support/callbacks.js';
import { START, testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC, newRun } from '../../test/support/newRun.js';
import { startRun } from '../runs/createRun.js';

const spec = trainingSpecSchema.parse(EXAMPLE_SPEC);
const PATH = '/api/models/demo/experiments';

async function opened() {
  const cp = await testControlPlane();
  const start = (experiment: string) =>
    startRun(cp, { modelId: 'demo', spec, requestedBy: 'ada', experiment }, () => undefined);
  return { cp, start, api: await serveFunction('api') };
}

describe('experiments', () => {
  it('are made by the first start that names them, and kept by those that follow', async () => {
    const { cp, start, api } = await opened();
    const { run } = await start('wide');
    expect(run.experiment).toBe('wide');
    await api.send(PATH, { body: { id: 'wide', description: 'twice the width', tags: { team: 'a' } } });
    cp.pass(60);
    await Promise.all([start('wide'), start('deep'), start('deep')]);
    const { experiments } = experimentPageSchema.parse((await api.send(PATH)).json);
    expect(
      experiments.map(({ experimentId, owner, description }) => [experimentId, owner, description]),
    ).toEqual([
      ['deep', 'ada', ''],
      ['wide', 'ada', 'twice the width'],
    ]);
    expect((await api.send(`${PATH}/wide`)).json).toMatchObject({ tags: { team: 'a' } });
    expect((await api.send(`${PATH}/none`)).status).toBe(404);
  });

  it('are got or made, and called by the time unless they are given an id', async () => {
    const { start, api } = await opened();
    await start('other');
    const made = await api.send(PATH, { body: { purpose: 'to see' } });
    expect(made.status).toBe(201);
    const { experimentId, purpose } = experimentViewSchema.parse(made.json);
    expect({ experimentId, purpose }).toEqual({
      experimentId: 'experiment_20260101_000000',
      purpose: 'to see',
    });
    const again = await api.send(PATH, { body: { id: experimentId } });
    expect([again.status, again.json]).toEqual([200, made.json]);
  });
});

describe('an experiment that many want at once', () => {
  it('is made by one of them, and what each says of it is kept', async () => {
    const { cp, start, api } = await opened();
    const texts = [{ description: 'd' }, { purpose: 'p' }, { owner: 'grace' }, { tags: { a: 'b' } }, {}];
    const [answers, { run }] = await Promise.all([
      Promise.all(texts.map((body) => api.send(PATH, { body: { id: 'wide', ...body } }))),
      start('wide'),
    ]);
    expect(run.experiment).toBe('wide');
    expect(answers.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
    expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
    expect((await api.send(`${PATH}/wide`)).json).toMatchObject(Object.assign({}, ...texts) as object);
    expect(Object.keys(cp.documents()).filter((path) => path.includes('/experiments/'))).toHaveLength(1);
  });
});

describe('the best experiments', () => {
  it('are whole runs: what was measured on a sample, or is another seed of a run, is counted apart', async () => {
    const { cp, api } = await opened();
    const ended = (n: number, recall: number, parts: Partial<Run> = {}): Run =>
      newRun(START, {
        runId: newRunId(),
        modelId: 'shop',
        runNumber: n,
        status: 'completed',
        spec: trainingSpecSchema.parse(EXAMPLE_SPEC),
        result: { ...RESULT, metrics: { test_recall_at_100: recall } },
        ...parts,
      });
    const dataset = { ...EXAMPLE_SPEC.dataset, sample: { share: 0.1, by: 'user' } };
    const sampled = trainingSpecSchema.parse({ ...EXAMPLE_SPEC, dataset });
    const trial = { sweepId: newRunId(), trial: 1 };
    const whole = ended(1, 0.3);
    await cp.put(
      whole,
      ended(2, 0.8, { intent: 'quick-test', quickTest: { cuts: [] }, spec: sampled }),
      ended(3, 0.7, { sweep: trial, spec: sampled }),
      ended(4, 0.2, { sweep: trial }),
      ended(5, 0.4, { repeat: { of: whole.runId, number: 1, seed: 7 } }),
    );
    await cp.store.transaction(async (tx) => {
      tx.set(paths.model('shop'), { ...newModel('shop', START), lastRunNumber: 5 });
    });
    const [found] = bestExperimentsSchema.parse((await api.send('/api/best-experiments')).json).modelTypes;
    expect(found).toMatchObject({
      count: 2,
      leftOut: { quickTests: 1, samples: 1, repetitions: 1 },
      runs: [{ value: 0.3 }, { value: 0.2 }],
    });
    expect(found?.kpis.at(-1)).toMatchObject({ metric: 'test_recall_at_100', best: 0.3 });
  });

  it('are the ten best runs of each type of model, by the direction of its metric', async () => {
    const { cp, api } = await opened();
    const ended = (
      modelId: string,
      n: number,
      type: 'retrieval' | 'ranking',
      metrics: Record<string, number>,
    ): Run =>
      newRun(START, {
        runId: newRunId(),
        modelId,
        runNumber: n,
        status: 'completed',
        spec: trainingSpecSchema.parse({
          ...EXAMPLE_SPEC,
          model: { type },
          ...(type === 'ranking' && { features: { ...EXAMPLE_SPEC.features, target: { column: 'stars' } } }),
        }),
        result: { ...RESULT, metrics },
      });
    const runs = Array.from({ length: 12 }, (_, i) =>
      ended('shop', i + 1, 'retrieval', {
        test_recall_at_100: (i * 7) % 12,
        test_recall_at_5: i,
        val_loss: i,
      }),
    );
    const rated = [3, 1, 2].map((rmse, i) => ended('films', i + 1, 'ranking', { test_rmse: rmse }));
    await cp.put(...runs, ...rated, newRun(START, { modelId: 'shop', runNumber: 13, status: 'failed' }));
    await cp.store.transaction(async (tx) => {
      tx.set(paths.model('shop'), { ...newModel('shop', START), lastRunNumber: 13 });
      tx.set(paths.model('films'), { ...newModel('films', START), lastRunNumber: 3 });
    });
    const answer = await api.send('/api/best-experiments');
    expect([answer.status, cp.logged.filter(({ severity }) => severity === 'ERROR')]).toEqual([200, []]);
    const { modelTypes } = bestExperimentsSchema.parse(answer.json);
    expect(modelTypes.map(({ modelType, count }) => [modelType, count])).toEqual([
      ['retrieval', 12],
      ['ranking', 3],
      ['hybrid', 0],
    ]);
    expect(modelTypes[0]?.runs.map(({ value }) => value)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    expect(modelTypes[0]?.kpis.map(({ metric, best }) => [metric, best])).toEqual([
      ['test_recall_at_5', 11],
      ['test_recall_at_10', null],
      ['test_recall_at_50', null],
      ['test_recall_at_100', 11],
    ]);
    expect(modelTypes[1]?.runs.map(({ name, value }) => [name, value])).toEqual([
      ['films#2', 1],
      ['films#3', 2],
      ['films#1', 3],
    ]);
    expect(modelTypes[0]?.runs[0]).toMatchObject({
      dataset: 'purchases.csv',
      features: 'user | item',
      batchSize: spec.training.batchSize,
      learningRate: spec.training.optimizer.learningRate,
      model: expect.stringMatching(/^128-64-32 \| 128-64-32$/) as string,
    });
  });
});
