import { newModel, paths, trainingSpecSchema, type ModelDocument, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  MASTER_SECRET,
  START,
  testControlPlane,
  TIERS,
  type TestControlPlane,
} from '../../test/support/controlPlane.js';
import { EXAMPLE_SPEC, newRun } from '../../test/support/newRun.js';
import { configSchema } from '../config.js';
import { changeModel } from '../models/changeModel.js';
import type { Query } from '../ports/documentStore/documentStore.js';
import { deletePresetVersion, savePreset } from '../presets/presets.js';
import { createRun, startRun } from './createRun.js';
import { planStart, type Admit, type KnownAtStart, type StartRequest } from './planStart.js';

const spec = trainingSpecSchema.parse(EXAMPLE_SPEC);
const machine = { region: 'europe-west4', cpu: 2, memoryGb: 8 };

function configured(parts: Partial<z.input<typeof configSchema>> = {}) {
  return {
    config: configSchema.parse({
      publicUrl: 'https://x.example',
      masterSecret: MASTER_SECRET,
      auth: 'loopback',
      tiers: TIERS,
      ...parts,
    }),
  };
}

const REQUEST: StartRequest = { modelId: 'demo', spec, requestedBy: 'ada', obeysPolicy: false };

function known(parts: Partial<KnownAtStart> = {}): KnownAtStart {
  return {
    runId: 'abcdefghijklmnopqrst',
    model: newModel('demo', START),
    slot: undefined,
    traceparent: null,
    facts: {
      unresolved: spec,
      resolved: { spec, presets: [] },
      basis: undefined,
      costs: null,
      base: undefined,
      isRunning: null,
      production: { version: null, serving: null },
      counters: { lastRunNumber: 0, lastVersion: 0 },
    },
    ...parts,
  };
}

const admitAll: Admit = (model, { obstacle }) => {
  if (obstacle) throw obstacle;
  return { model };
};

describe('the plan of a start', () => {
  it('records the version that serves now', () => {
    const serving = { version: 4, uri: 'gs://b/runs/x/model/a0001' };
    const given = known();
    const facts = { ...given.facts, production: { version: 4, serving } };
    const { started } = planStart(configured(), REQUEST, { ...given, facts }, admitAll, START);
    expect(started.run?.production).toEqual(serving);
  });

  it('makes the model’s next run with its first event, and takes the rows that were waiting', () => {
    const model: ModelDocument = {
      ...newModel('demo', START),
      lastRunNumber: 6,
      newRows: 40,
      teams: ['shop'],
    };
    const { started, writes, events } = planStart(configured(), REQUEST, known({ model }), admitAll, START);
    expect(started.run).toMatchObject({
      runNumber: 7,
      status: 'pending',
      teams: ['shop'],
      requestedBy: 'ada',
    });
    expect(events.map(({ type }) => type)).toEqual(['run.requested']);
    const { runId } = started.run as Run;
    expect(writes.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'set models/demo',
      `create runs/${runId}`,
      `create runs/${runId}/events/start`,
      `set ${paths.outboxEvent(events[0]?.id ?? '')}`,
    ]);
    expect(writes[0]).toMatchObject({
      data: { lastRunNumber: 7, newRows: 0, lastStartedAt: START.toISOString() },
    });
  });

  it('says of the run what the request says, and makes a title where it gives none', () => {
    const request = {
      intent: 'ablation',
      experiment: 'wide',
      systemTags: { git_commit: '4f0c1d2' },
    } as const;
    const given = known();
    const facts = { ...given.facts, base: { ...spec, training: { ...spec.training, epochs: 99 } } };
    const startOf = (parts: Partial<StartRequest>) =>
      planStart(configured(), { ...REQUEST, ...request, ...parts }, { ...given, facts }, admitAll, START)
        .started.run;
    expect(startOf({ parentRunId: 'k3v7q2mzx5ahc4tnwy6d' })).toMatchObject({
      intent: 'ablation',
      experiment: 'wide',
      parentRunId: 'k3v7q2mzx5ahc4tnwy6d',
      title: `ablation-epochs-${spec.training.epochs}`,
      systemTags: { git_commit: '4f0c1d2', experiment_type: 'ablation' },
    });
    expect(startOf({ title: 'Wider' })?.title).toBe('Wider');
  });

  it('remembers a run or a refusal by the key of the request, and writes no run where it is refused', () => {
    const slot = { path: 'idempotencyKeys/k', requestDigest: 'd' };
    const outcomeOf = (admit: Admit) => {
      const { started, writes, events } = planStart(configured(), REQUEST, known({ slot }), admit, START);
      const remembered = writes.find(({ path }) => path === slot.path);
      const text = remembered && 'data' in remembered && remembered.data['outcome'];
      return { started, outcome: JSON.parse(String(text)) as unknown, events };
    };
    const { started, outcome, events } = outcomeOf(admitAll);
    expect(started.run).toMatchObject({ runId: 'abcdefghijklmnopqrst', status: 'pending' });
    expect({ outcome, events }).toMatchObject({ outcome: { run: started.run }, events: [{}] });
    expect(outcomeOf((model) => ({ model, refusal: 'too early' }))).toEqual({
      started: { refusal: 'too early' },
      outcome: { refusal: 'too early' },
      events: [],
    });
  });

  it('tells the admission of the budget that stands in the way, by the model as it is now and what was spent', () => {
    const spending = { usd: 10, byModel: new Map([['demo', 10]]), open: [] };
    const facts = { ...known().facts, costs: { basis: undefined, spending } };
    const obstacleAt = (monthlyBudgetUsd: number) => {
      const model = { ...newModel('demo', START), monthlyBudgetUsd };
      const cp = configured({ tiers: [{ name: 'one', launcher: 'fake', usdPerHour: 3.6, machine }] });
      const { started } = planStart(
        cp,
        REQUEST,
        known({ model, facts }),
        (m, { obstacle }) => ({
          model: m,
          refusal: obstacle?.message ?? 'none',
        }),
        START,
      );
      return started.refusal;
    };
    expect(obstacleAt(10)).toContain('$10.00 of the $10.00');
    expect(obstacleAt(11)).toBe('none');
  });
});

/** Has `meddle` done by another process when a query of a collection is first answered: after the facts, before the decision. */
function meddleAfterQuery(cp: TestControlPlane, collection: string, meddle: () => Promise<unknown>) {
  const query = cp.store.query.bind(cp.store);
  let times = 0;
  cp.store.query = async (asked: Query) => {
    const answer = await query(asked);
    if (asked.collection === collection && ++times === 1) await meddle();
    return answer;
  };
  return () => times;
}

/** A start of another process, as its transaction leaves it. */
async function startedElsewhere(cp: TestControlPlane, runNumber: number, tag: string) {
  const run = newRun(new Date(cp.now().getTime() + 1000), {
    runId: 'zzzzzzzzzzzzzzzzzzzz',
    runNumber,
    spec: { ...spec, tags: { of: tag } },
  });
  await cp.store.transaction(async (tx) => {
    const model = await tx.get(paths.model('demo'));
    tx.set(paths.model('demo'), { ...model?.data, lastRunNumber: runNumber });
    tx.create(paths.run(run.runId), { ...run });
  });
}

describe('a start whose facts move before it is decided', () => {
  it('without a specification goes by the run that another process has started meanwhile', async () => {
    const cp = await testControlPlane();
    await cp.request({ tags: { of: 'first' } });
    const readings = meddleAfterQuery(cp, paths.runs, () => startedElsewhere(cp, 2, 'second'));
    const { run } = await startRun(
      cp,
      { modelId: 'demo', spec: undefined, requestedBy: 'ada' },
      () => undefined,
    );
    expect(run).toMatchObject({ runNumber: 3, spec: { tags: { of: 'second' } } });
    expect(readings()).toBe(2);
  });

  it('is refused by a policy that skips while a run is open, although that run came after the look', async () => {
    const cp = await testControlPlane();
    await changeModel(cp, 'demo', {
      retrain: { ...newModel('demo', START).retrain, skipWhileRunning: true },
    });
    meddleAfterQuery(cp, paths.runs, () => startedElsewhere(cp, 1, 'elsewhere'));
    const request = { modelId: 'demo', spec, requestedBy: 'retrain', obeysPolicy: true };
    const started = await createRun(cp, request, (model, { isRunning }) =>
      isRunning ? { model, refusal: 'one is open' } : { model },
    );
    expect(started).toEqual({ refusal: 'one is open' });
  });

  it('is held against a budget that the model has been given meanwhile', async () => {
    const cp = await testControlPlane({
      tiers: [{ name: 'one', launcher: 'fake', usdPerHour: 3.6, machine }],
    });
    const month = paths.spent('2026-01', 'yyyyyyyyyyyyyyyyyyyy');
    await cp.store.transaction(async (tx) =>
      tx.set(month, { runId: 'yyyyyyyyyyyyyyyyyyyy', modelId: 'demo', usd: 5, endedAt: START.toISOString() }),
    );
    meddleAfterQuery(cp, paths.runs, () => changeModel(cp, 'demo', { monthlyBudgetUsd: 5 }));
    await expect(cp.request()).rejects.toMatchObject({ code: 'budget-exceeded' });
  });

  it('never uses a version of a preset that is deleted meanwhile', async () => {
    const cp = await testControlPlane({ tiers: [{ name: 'one', launcher: 'fake', machine }] });
    const save = (uri: string) =>
      savePreset(cp, {
        kind: 'datasets',
        id: 'shop',
        description: undefined,
        content: { ...spec.dataset, source: { ...spec.dataset.source, uri } },
        by: 'ada',
        idempotencyKey: undefined,
      });
    await save('a.csv');
    await save('b.csv');
    meddleAfterQuery(cp, paths.runs, () => deletePresetVersion(cp, 'datasets', 'shop', 1));
    const dataset = { preset: 'shop', version: 1 };
    const start = startRun(
      cp,
      { modelId: 'demo', spec: { ...spec, dataset }, requestedBy: 'ada' },
      () => undefined,
    );
    await expect(start).rejects.toMatchObject({ code: 'unknown-preset' });
    expect(Object.keys(cp.documents()).filter((path) => path.startsWith('runs/'))).toEqual([]);
  });

  it('reads its facts once where nothing moves', async () => {
    const cp = await testControlPlane();
    await cp.request();
    const readings = meddleAfterQuery(cp, paths.runs, async () => undefined);
    await startRun(cp, { modelId: 'demo', spec: undefined, requestedBy: 'ada' }, () => undefined);
    expect(readings()).toBe(1);
  });
});
