/** A sweep is a run in MLflow, the parent of its trials, which goes on and ends as the sweep does, whatever happens on the way. */
import { paths, type SweepEnd, type SweepEvent } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { remindOfMlflow } from '../../functions/mlflow/remind.js';
import { track } from '../../functions/mlflow/track.js';
import { makeWrites } from '../../functions/ports/documentStore/writes.js';
import { endWrite } from '../../functions/sweeps/documents.js';
import { sweepEvent } from '../../functions/sweeps/sweepEvent.js';
import { newRun } from '../support/newRun.js';
import { START } from '../support/controlPlane.js';
import { IMPATIENT, tracker, type Tracker } from '../support/mlflow.js';
import { SweepWorld } from '../support/sweepWorld.js';

const SPACE = { 'training.batchSize': [64, 128] };

/** A sweep, of which nothing is in MLflow yet. */
async function swept(parts: object = {}) {
  const tracked = await tracker();
  const world = new SweepWorld(tracked.cp);
  const sweep = await world.start({ name: 'wider', space: SPACE, maxTrials: 2, ...parts });
  const { sweepId } = sweep;
  const trial = (number: number) =>
    newRun(START, {
      runId: `ttttttttttttttttttt${'ab'[number - 1]}`,
      status: 'running',
      startedAt: START.toISOString(),
      parentRunId: sweepId,
      sweep: { sweepId, trial: number },
    });
  const end = async (of: Partial<SweepEnd> = {}) => {
    const ended: SweepEnd = {
      sweepId,
      round: 1,
      reason: 'maxTrials',
      trials: 2,
      counts: { running: 0, completed: 2, pruned: 0, failed: 0, cancelled: 0 },
      best: { number: 2, runId: trial(2).runId, value: 0.31, parameters: { 'training.batchSize': 128 } },
      costUsd: 1.5,
      endedAt: '2026-01-01T03:00:00.000Z',
      ...of,
    };
    await tracked.cp.store.optimistic(async (tx) => makeWrites(tx, [endWrite(ended)]));
  };
  const deliver = (type: SweepEvent['type']) =>
    track(
      tracked.cp,
      sweepEvent(sweep, tracked.cp.newId(), { type, detail: {} }, tracked.cp.now()),
      IMPATIENT,
    );
  return { ...tracked, sweep, trial, end, tell: deliver };
}

const parentOf = ({ server }: Pick<Tracker, 'server'>) => {
  const found = [...server.runs.values()].filter(
    ({ tags, isDeleted }) => tags.has('trainyard.sweep') && !isDeleted,
  );
  expect(found).toHaveLength(1);
  return found[0];
};

describe('the run that stands for a sweep', () => {
  it('is made once by two trials that come at once, and is named as the sweep is', async () => {
    const world = await swept();
    await world.cp.put(world.trial(1), world.trial(2));
    await Promise.all([1, 2].map((number) => world.deliver(world.trial(number).runId, 'run.started')));
    const parent = parentOf(world);
    expect(parent).toMatchObject({ name: 'sweep wider (demo)', status: 'RUNNING', isDeleted: false });
    for (const number of [1, 2])
      expect(world.server.runOf(world.trial(number).runId).tags.get('mlflow.parentRunId')).toBe(parent?.id);
    expect(world.server.runOf(world.trial(2).runId).tags.get('trainyard.trial')).toBe('2');
  });

  it('ends with the sweep, and says what was best, once however often it is told', async () => {
    const world = await swept();
    await world.cp.put(world.trial(1));
    await world.deliver(world.trial(1).runId, 'run.started');
    await world.end();
    await world.tell('sweep.completed');
    const parent = parentOf(world);
    expect(parent).toMatchObject({ status: 'FINISHED', endTime: Date.parse('2026-01-01T03:00:00.000Z') });
    expect(Object.fromEntries(parent?.tags ?? [])).toMatchObject({
      'trainyard.reason': 'maxTrials',
      'trainyard.trials': '2',
      'trainyard.costUsd': '1.5',
      'trainyard.best.value': '0.31',
      'trainyard.best.parameters.training.batchSize': '128',
    });
    const heard = world.server.requests.length;
    await world.tell('sweep.completed');
    expect(world.server.requests.slice(heard)).toEqual(['GET /experiments/get-by-name', 'POST /runs/search']);
  });

  it.each([
    ['cancelled', 'KILLED'],
    ['failures', 'FAILED'],
    ['timeout', 'FINISHED'],
  ] as const)('of one that ended by %s is %s', async (reason, status) => {
    const world = await swept();
    await world.end({ reason, best: null });
    await world.tell(reason === 'cancelled' ? 'sweep.cancelled' : 'sweep.completed');
    expect(parentOf(world)?.status).toBe(status);
  });

  it('goes on where the sweep was extended after its end, and ends again', async () => {
    const world = await swept();
    const { cp, sweep } = world;
    await world.end();
    await world.tell('sweep.completed');
    await cp.store.transaction(async (tx) => {
      const document = await tx.get(paths.sweep(sweep.sweepId));
      tx.set(paths.sweep(sweep.sweepId), { ...document?.data, round: 2 });
    });
    await world.tell('sweep.extended');
    expect(parentOf(world)?.status).toBe('RUNNING');
    // The event of the first end comes late, and ends nothing.
    await world.tell('sweep.completed');
    expect(parentOf(world)?.status).toBe('RUNNING');
    await world.end({ round: 2, trials: 4, endedAt: '2026-01-01T05:00:00.000Z' });
    await world.tell('sweep.completed');
    expect(parentOf(world)).toMatchObject({
      status: 'FINISHED',
      endTime: Date.parse('2026-01-01T05:00:00.000Z'),
    });
    expect(parentOf(world)?.tags.get('trainyard.trials')).toBe('4');
  });

  it('is the parent of the run that retrains the best trial', async () => {
    const world = await swept();
    await world.cp.put({ ...world.trial(1), sweep: null });
    await world.deliver(world.trial(1).runId, 'run.started');
    const child = world.server.runOf(world.trial(1).runId);
    expect(child.tags.get('mlflow.parentRunId')).toBe(parentOf(world)?.id);
  });
});

describe('the end of a sweep, while the server is down,', () => {
  it('is told by redelivery, then left to reconcile: no event of it is given up', async () => {
    const world = await swept();
    const { cp, server } = world;
    await world.end();
    server.fault = () => ({ status: 503 });
    for (let delivery = 1; delivery <= 3; delivery += 1)
      await expect(world.tell('sweep.completed')).rejects.toThrow(/still to be written to MLflow: .*503/);
    // The fourth delivery is taken, and those after it ask nobody before their time.
    await world.tell('sweep.completed');
    const heard = server.requests.length;
    await world.tell('sweep.completed');
    expect(server.requests.length).toBe(heard);
    // It stays down for a day: reconcile asks at most once an hour, and nothing is thrown.
    for (let hour = 0; hour < 24; hour += 1) {
      cp.pass(3600);
      if ((await remindOfMlflow(cp)) > 0) await world.tell('sweep.tracking.due');
    }
    const asked = cp.bus.published.filter(({ type }) => type === 'sweep.tracking.due');
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.length).toBeLessThanOrEqual(24);
    server.fault = () => undefined;
    cp.pass(3600);
    expect(await remindOfMlflow(cp)).toBe(1);
    await world.tell('sweep.tracking.due');
    expect(parentOf(world)?.status).toBe('FINISHED');
    cp.pass(7200);
    expect(await remindOfMlflow(cp)).toBe(0);
    expect(Object.keys(cp.documents()).filter((path) => path.startsWith('mlflowRuns/'))).toEqual([]);
  });

  it('is said once where only people can help', async () => {
    const world = await swept();
    await world.end();
    await world.tell('sweep.completed');
    const parent = parentOf(world);
    if (parent) parent.isDeleted = true;
    await world.tell('sweep.completed');
    world.cp.pass(7200);
    expect(await remindOfMlflow(world.cp)).toBe(0);
    expect(world.cp.logged.filter(({ severity }) => severity === 'ERROR')).toMatchObject([
      {
        message: 'a sweep is not written to MLflow',
        fields: { reason: expect.stringMatching(/was deleted at .*: restore it there/) as string },
      },
    ]);
  });
});
