import {
  digestOf,
  isWholeRun,
  paths,
  runSchema,
  type Parameters,
  type Run,
  type Trial,
} from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { SweepWorld } from '../../test/support/sweepWorld.js';
import { readEnd } from './documents.js';
import { finalizeSweep } from './finalize.js';
import { beginTrial } from './trials.js';
import { changeSweep, type SweepChange } from './changeSweep.js';
import { queueTrial } from './queueTrial.js';
import { replay } from './search/replay.js';
import { searchHistory } from './searching.js';
import { reconcileSweeps } from './reconcileSweeps.js';
import { readSweepView } from './view.js';

const RATE = 'training.optimizer.learningRate';
const space = { [RATE]: { type: 'logFloat', min: 0.001, max: 0.5 } };
const asked = { space, strategy: 'random', maxTrials: 6, maxParallel: 2 };

/** The nearer to 0.1, the better. */
const objectiveOf = (parameters: Record<string, unknown>) =>
  Math.abs(Math.log10(Number(parameters[RATE])) + 1);

const ada = { by: 'ada', idempotencyKey: undefined };

/** The last training without what tells its worth. */
const alone = { ...ada, overrides: {}, repeats: 0, baseline: false };

const change = (world: SweepWorld, sweepId: string, what: SweepChange) =>
  changeSweep(world.cp, { sweepId, change: what, ...ada });

const runsOf = (world: SweepWorld): Run[] =>
  Object.entries(world.cp.documents()).flatMap(([path, data]) =>
    /^runs\/[a-z2-7]+$/.test(path) ? [runSchema.parse(data)] : [],
  );

describe('a sweep', () => {
  it('tries as many as were asked for, so many at a time, and ends with the best', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const { sweepId } = await world.start(asked);
    await world.run(sweepId);
    const trials = await world.trials(sweepId);
    expect(trials.map(({ number, state }) => [number, state])).toEqual(
      Array.from({ length: 6 }, (_, i) => [i + 1, 'completed']),
    );
    expect(world.mostOpen).toBe(2);
    const end = await readEnd(world.cp.store, await world.sweep(sweepId));
    const least = Math.min(...trials.map(({ value }) => value ?? Infinity));
    expect(end).toMatchObject({ reason: 'maxTrials', trials: 6, best: { value: least } });
    expect(world.cp.bus.published.filter(({ type }) => type === 'sweep.completed')).toHaveLength(1);
    expect(Object.keys(world.cp.documents()).filter((path) => path.startsWith('openSweeps/'))).toEqual([]);
  });

  it('makes ordinary runs of its trials, children of the sweep, which become no versions', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const { sweepId } = await world.start({ ...asked, maxTrials: 2 });
    await world.run(sweepId);
    const trials = await world.trials(sweepId);
    const runs = runsOf(world);
    expect(
      runs.map(({ title, parentRunId, intent, sweep }) => ({ title, parentRunId, intent, sweep })),
    ).toEqual(
      expect.arrayContaining(
        [1, 2].map((trial) => ({
          title: `trial-${trial}`,
          parentRunId: sweepId,
          intent: 'hyperparameter-search',
          sweep: { sweepId, trial },
        })),
      ),
    );
    for (const { runId, parameters } of trials) {
      const run = runs.find((each) => each.runId === runId);
      expect(run?.spec.training.optimizer.learningRate).toBe(parameters[RATE]);
    }
    expect(Object.keys(world.cp.documents()).filter((path) => path.includes('/versions/'))).toEqual([]);
  });

  it('writes its own document only where people change it', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const sweep = await world.start(asked);
    await world.run(sweep.sweepId);
    expect(await world.sweep(sweep.sweepId)).toEqual(sweep);
  });

  it('records failed trials and passes them over', async () => {
    const world = new SweepWorld(await testControlPlane(), {
      objectiveOf: (parameters, _epoch, trial) => (trial % 2 === 0 ? 'fails' : objectiveOf(parameters)),
    });
    const { sweepId } = await world.start(asked);
    await world.run(sweepId);
    const { trials, best } = await readSweepView(world.cp.store, await world.sweep(sweepId));
    expect(trials).toMatchObject({ completed: 3, failed: 3 });
    expect((best?.number ?? 0) % 2).toBe(1);
    expect((await world.trials(sweepId))[1]).toMatchObject({ state: 'failed', error: { code: 'no-memory' } });
  });

  it('stops trials that fall behind, which have then what they had come to', async () => {
    // Every second trial is hopeless from its first epoch on.
    const world = new SweepWorld(await testControlPlane(), {
      epochs: 9,
      objectiveOf: (_parameters, epoch, trial) => (trial % 2 === 0 ? 100 + trial : 1) + 1 / epoch,
    });
    const { sweepId } = await world.start({ ...asked, maxTrials: 12, pruner: 'asha' });
    await world.run(sweepId);
    const { trials, best } = await readSweepView(world.cp.store, await world.sweep(sweepId));
    const pruned = (await world.trials(sweepId)).filter(({ state }) => state === 'pruned');
    expect(trials).toMatchObject({ running: 0, failed: 0, cancelled: 0, pruned: pruned.length });
    expect(pruned.length).toBeGreaterThanOrEqual(4);
    for (const { value, curve, pruning, runId } of pruned) {
      expect(value).toBe(curve.at(-1)?.value);
      expect(curve.length).toBeLessThan(9);
      expect(pruning).toMatchObject({ epoch: 1 });
      expect(runsOf(world).find((run) => run.runId === runId)?.status).toBe('cancelled');
    }
    expect((best?.number ?? 0) % 2).toBe(1);
  });

  it('can be decided again from what stands on its trials', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const sweep = await world.start({ ...asked, strategy: 'tpe', maxTrials: 16, maxParallel: 3 });
    await world.run(sweep.sweepId);
    const trials = await world.trials(sweep.sweepId);
    const history = searchHistory(trials, new Map());
    for (const { number, parameters, decision } of trials) {
      const known = new Map(decision?.open.map((each) => [each.number, each.epochs]));
      const before = trials.filter((trial) => trial.number < number);
      expect(decision?.digest).toBe(digestOf(searchHistory(before, known)));
      const decided = { number, parameters, open: decision?.open ?? [] };
      expect(replay(decided, history, sweep.space, sweep)).toMatchObject({ isSame: true });
    }
  });

  it('ends where everything fails, instead of paying for all of it', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf: () => 'fails' });
    const { sweepId } = await world.start({ ...asked, maxTrials: 100, maxFailures: 4 });
    await world.run(sweepId);
    const end = await readEnd(world.cp.store, await world.sweep(sweepId));
    expect(end?.reason).toBe('failures');
    expect(end?.trials).toBeLessThanOrEqual(4 + 2 - 1);
  });

  it('tries every combination of a grid once, and is exhausted', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf: () => 1 });
    const grid = { 'training.batchSize': [16, 32], 'training.epochs': [1, 2, 3] };
    const { sweepId } = await world.start({ space: grid, strategy: 'grid', maxParallel: 4 });
    await world.run(sweepId);
    const tried = (await world.trials(sweepId)).map(({ parameters }) => JSON.stringify(parameters));
    expect(new Set(tried).size).toBe(6);
    expect(tried).toHaveLength(6);
    expect((await readEnd(world.cp.store, await world.sweep(sweepId)))?.reason).toBe('exhausted');
  });

  it('starts no trial after its time, and lets those that run go on', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf, epochs: 3 });
    const { sweepId } = await world.start({ ...asked, timeoutSeconds: 60 });
    await world.deliver();
    await world.train(sweepId);
    world.cp.pass(61);
    await world.run(sweepId);
    const end = await readEnd(world.cp.store, await world.sweep(sweepId));
    expect(end).toMatchObject({ reason: 'timeout', trials: 2, counts: { completed: 2 } });
  });

  it('says what was added by hand and waits, also when its time is over first, and begins with it once it is extended', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf, epochs: 3 });
    const started = await world.start({ ...asked, timeoutSeconds: 60 });
    const { sweepId } = started;
    const waiting = async () => (await readSweepView(world.cp.store, await world.sweep(sweepId))).waiting;
    await world.deliver();
    await world.train(sweepId);
    const mine = { [RATE]: 0.1 };
    await queueTrial(world.cp, started, { parameters: mine, ...ada });
    expect(await waiting()).toEqual([3]);
    world.cp.pass(61);
    await world.run(sweepId);
    expect(await readEnd(world.cp.store, await world.sweep(sweepId))).toMatchObject({ trials: 2 });
    expect(await waiting()).toEqual([3]);
    const extended = await change(world, sweepId, { action: 'extend', limits: { timeoutSeconds: 600 } });
    expect(extended.outcome.waiting).toEqual([3]);
    await world.run(sweepId);
    expect((await world.trials(sweepId))[2]).toMatchObject({ parameters: mine, state: 'completed' });
    expect(await waiting()).toEqual([]);
  });

  it.each([
    [
      { space: { 'dataset.sample.share': [0.1, 0.5] } },
      /dataset\.sample\.share changes which rows .* cannot be compared/,
    ],
    [{ space, objective: { metric: 'val_loss', direction: 'maximize' } }, /less of val_loss is better/],
  ])(
    'is refused where its trials could not be compared, or the wrong ones would win: %j',
    async (wrong, why) => {
      const world = new SweepWorld(await testControlPlane(), { objectiveOf });
      await expect(world.start(wrong)).rejects.toThrow(why);
    },
  );

  it('refuses a trial of other rows', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const sweep = await world.start(asked);
    const parameters = { 'dataset.sample': { by: 'user', share: 0.1 } };
    await expect(queueTrial(world.cp, sweep, { parameters, ...ada })).rejects.toThrow(/cannot be compared/);
  });

  it('trains what was before it with what its space gives to every trial', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const sweep = await world.start({ ...asked, space: { ...space, 'training.epochs': 2 }, maxTrials: 1 });
    await world.run(sweep.sweepId);
    await finalizeSweep(world.cp, sweep, { ...alone, baseline: true });
    const epochs = runsOf(world).map(({ spec, intent }) => `${intent} ${spec.training.epochs}`);
    expect(epochs.toSorted()).toEqual(['baseline 2', 'hyperparameter-search 2', 'production-candidate 2']);
  });

  it('is paused and resumed, and the pause does not count', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const { sweepId } = await world.start({ ...asked, timeoutSeconds: 60 });
    await world.deliver();
    await change(world, sweepId, { action: 'pause' });
    await world.run(sweepId, { steps: 5 });
    expect(await world.trials(sweepId)).toHaveLength(2);
    expect((await readSweepView(world.cp.store, await world.sweep(sweepId))).status).toBe('paused');
    world.cp.pass(1000);
    // Whoever looks at it meanwhile does not end it.
    await reconcileSweeps(world.cp);
    await change(world, sweepId, { action: 'resume' });
    await world.run(sweepId);
    expect(await readEnd(world.cp.store, await world.sweep(sweepId))).toMatchObject({ reason: 'maxTrials' });
  });

  it('has the time that it was given while it was paused from its resumption on', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const { sweepId } = await world.start({ ...asked, timeoutSeconds: 60 });
    await change(world, sweepId, { action: 'pause' });
    world.cp.pass(1000);
    await change(world, sweepId, { action: 'extend', limits: { timeoutSeconds: 90 } });
    world.cp.pass(1000);
    await change(world, sweepId, { action: 'resume' });
    const { deadlineAt } = await world.sweep(sweepId);
    expect(Date.parse(deadlineAt) - world.cp.now().getTime()).toBe(90_000);
  });

  it('says of which of its tiers a budget counts nothing, given at its start or later', async () => {
    const own = { name: 'own', launcher: 'fake' };
    const priced = { name: 'priced', launcher: 'fake', usdPerHour: 1 };
    const world = new SweepWorld(await testControlPlane({ tiers: [own, priced] }), { objectiveOf });
    expect((await world.start(asked)).uncountedTiers).toEqual([]);
    const { sweepId, uncountedTiers } = await world.start({ ...asked, tiers: ['own'], budgetUsd: 1 });
    expect(uncountedTiers).toEqual(['own']);
    const extended = async (budgetUsd: number | null) => {
      const done = await change(world, sweepId, { action: 'extend', limits: { budgetUsd } });
      return done.outcome.uncountedTiers;
    };
    expect(await extended(null)).toEqual([]);
    expect(await extended(2)).toEqual(['own']);
    await change(world, sweepId, { action: 'extend', limits: { maxTrials: 7 } });
    expect((await world.sweep(sweepId)).uncountedTiers).toEqual(['own']);
  });

  it('is extended after its end, with all that it has found', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const { sweepId } = await world.start(asked);
    await world.run(sweepId);
    await expect(change(world, sweepId, { action: 'extend', limits: { maxParallel: 3 } })).rejects.toThrow(
      /would end at once/,
    );
    await change(world, sweepId, { action: 'extend', limits: { maxTrials: 9 } });
    await world.run(sweepId);
    expect((await world.trials(sweepId)).map(({ number, round }) => [number, round]).slice(5)).toEqual([
      [6, 1],
      [7, 2],
      [8, 2],
      [9, 2],
    ]);
    expect(await readEnd(world.cp.store, await world.sweep(sweepId))).toMatchObject({ trials: 9, round: 2 });
  });

  it('is cancelled with the trials that run', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf, epochs: 5 });
    const { sweepId } = await world.start(asked);
    await world.deliver();
    await world.train(sweepId);
    await change(world, sweepId, { action: 'cancel' });
    await world.run(sweepId);
    const view = await readSweepView(world.cp.store, await world.sweep(sweepId));
    expect(view).toMatchObject({ status: 'cancelled', trials: { cancelled: 2, running: 0 } });
    expect(runsOf(world).map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
  });

  it('tries what somebody names before what it would suggest itself', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const sweep = await world.start(asked);
    const { sweepId } = sweep;
    const mine = { [RATE]: 0.1 };
    await queueTrial(world.cp, sweep, { parameters: mine, ...ada });
    await world.run(sweepId);
    const trials = await world.trials(sweepId);
    expect(trials).toHaveLength(6);
    expect(trials.filter(({ decision }) => decision === null).map(({ parameters }) => parameters)).toEqual([
      mine,
    ]);
    expect((await readSweepView(world.cp.store, sweep)).best).toMatchObject({ value: 0, parameters: mine });
    await expect(queueTrial(world.cp, sweep, { parameters: mine, ...ada })).rejects.toThrow(
      /has ended \(maxTrials\)/,
    );
  });

  it('gives a named trial what is the same in every trial, unless it is named', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const { sweepId } = await world.start({ ...asked, space: { ...space, 'training.epochs': 2 } });
    const name = async (parameters: Parameters) =>
      (await queueTrial(world.cp, { sweepId }, { parameters, ...ada })).outcome.parameters;
    expect(await name({ [RATE]: 0.1 })).toEqual({ [RATE]: 0.1, 'training.epochs': 2 });
    expect(await name({ 'training.epochs': 5 })).toEqual({ 'training.epochs': 5 });
  });

  it('answers a named trial that is sent again as the first time, also where it took the last place', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const sweep = await world.start({ ...asked, maxTrials: 1 });
    const sent = { parameters: { [RATE]: 0.1 }, by: 'ada', idempotencyKey: 'once' };
    const first = await queueTrial(world.cp, sweep, sent);
    const again = () => queueTrial(world.cp, sweep, sent);
    expect(await again()).toEqual({ outcome: first.outcome, isReplay: true });
    await world.run(sweep.sweepId);
    expect(await again()).toEqual({ outcome: first.outcome, isReplay: true });
    expect(await world.trials(sweep.sweepId)).toMatchObject([{ parameters: sent.parameters }]);
    const other = queueTrial(world.cp, sweep, { ...sent, idempotencyKey: 'another' });
    await expect(other).rejects.toThrow(/has ended/);
  });

  it('gives its last place to one of those who ask for it at once, and refuses the others', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const sweep = await world.start({ ...asked, maxTrials: 3 });
    await world.deliver();
    const ask = (idempotencyKey: string) =>
      queueTrial(world.cp, sweep, { parameters: { [RATE]: 0.1 }, by: 'ada', idempotencyKey });
    const answers = await Promise.allSettled(['one', 'two', 'three', 'one'].map(ask));
    const accepted = answers.flatMap((each) => (each.status === 'fulfilled' ? each.value.outcome : []));
    const refused = answers.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
    expect(new Set(accepted.map(({ id, number }) => `${id} ${number}`)).size).toBe(1);
    expect(refused.length).toBeGreaterThanOrEqual(2);
    for (const each of refused) expect(each).toMatch(/has its 3 trials, of which 1 wait/);
    await world.run(sweep.sweepId);
    const trials = await world.trials(sweep.sweepId);
    expect(trials.map(({ decision }) => decision === null)).toEqual([false, false, true]);
    expect(accepted[0]?.number).toBe(3);
  });

  it.each([
    ['before the event commits', true],
    ['after the event has committed', false],
  ])('tries everything that was accepted where a trial is named %s the same number', async (_, isFirst) => {
    const cp = await testControlPlane();
    const world = new SweepWorld(cp, { objectiveOf });
    const sweep = await world.start({ ...asked, maxTrials: 2, maxParallel: 1 });
    const optimistic = cp.store.optimistic.bind(cp.store);
    const mine = { [RATE]: 0.1 };
    let named: ReturnType<typeof queueTrial> | undefined;
    // The first commit that follows is the claim of trial 1, which was decided without the other.
    cp.store.optimistic = async (work, askedAt) => {
      if (named) return optimistic(work, askedAt);
      named = queueTrial(cp, sweep, { parameters: mine, ...ada });
      if (isFirst) await named;
      return optimistic(work, askedAt);
    };
    await world.run(sweep.sweepId);
    const { outcome } = await (named ?? Promise.reject(new Error('nothing was claimed')));
    const trials = await world.trials(sweep.sweepId);
    expect(trials.map(({ number }) => number)).toEqual([1, 2]);
    expect(outcome.number).toBe(isFirst ? 1 : 2);
    expect(trials.filter(({ decision }) => decision === null)).toMatchObject([
      { number: outcome.number, parameters: mine },
    ]);
  });

  const grid = { space: { [RATE]: [0.01, 0.1] }, strategy: 'grid', maxTrials: 5 };

  it.each([
    ['before the end commits', true],
    ['after the end has committed', false],
  ])('tries a trial that is named %s of a space that is exhausted', async (_, isFirst) => {
    const cp = await testControlPlane();
    const world = new SweepWorld(cp, { objectiveOf });
    const { sweepId } = await world.start(grid);
    const transaction = cp.store.transaction.bind(cp.store);
    const mine = { [RATE]: 0.3 };
    const name = () => queueTrial(cp, { sweepId }, { parameters: mine, ...ada });
    let named: ReturnType<typeof queueTrial> | undefined;
    // The first that follows is the end, which was decided without it.
    cp.store.transaction = async (work, askedAt) => {
      if (named) return transaction(work, askedAt);
      const begun = (named = name());
      if (isFirst) await begun;
      return transaction(work, askedAt);
    };
    await world.run(sweepId);
    expect((await named)?.outcome).toMatchObject({ number: 3 });
    await world.run(sweepId);
    expect(await world.trials(sweepId)).toMatchObject([
      { number: 1 },
      { number: 2 },
      { number: 3, parameters: mine, state: 'completed' },
    ]);
    expect((await readSweepView(cp.store, await world.sweep(sweepId))).endReason).toBe('exhausted');
  });

  it('goes on with a trial that is named after everything was tried, which no extension could bring', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const { sweepId } = await world.start(grid);
    await world.run(sweepId);
    world.cp.pass(10_000);
    await expect(change(world, sweepId, { action: 'extend', limits: { maxTrials: 9 } })).rejects.toThrow(
      /would end at once \(exhausted\): .*add a trial with parameters of your own/,
    );
    const { outcome } = await queueTrial(world.cp, { sweepId }, { parameters: { [RATE]: 0.3 }, ...ada });
    expect((await readSweepView(world.cp.store, await world.sweep(sweepId))).status).toBe('running');
    await world.run(sweepId);
    expect((await world.trials(sweepId))[outcome.number - 1]).toMatchObject({ round: 2, state: 'completed' });
    expect(await world.hasEnded(sweepId)).toBe(true);
  });

  it('is refused a trial, or more trials alone, once its time is over while others run', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const { sweepId } = await world.start({ ...asked, timeoutSeconds: 60 });
    await world.deliver();
    world.cp.pass(61);
    const mine = { parameters: { [RATE]: 0.1 }, ...ada };
    await expect(queueTrial(world.cp, { sweepId }, mine)).rejects.toThrow(/its time was over .*extend it/);
    const extend = (limits: object) => change(world, sweepId, { action: 'extend', limits });
    await expect(extend({ maxTrials: 9 })).rejects.toThrow(
      /would end with the trials that run \(timeout\): give timeoutSeconds too/,
    );
    await extend({ maxTrials: 9, timeoutSeconds: 60 });
    await queueTrial(world.cp, { sweepId }, mine);
    await world.run(sweepId);
    expect(await world.trials(sweepId)).toHaveLength(9);
  });

  it('makes one run of a trial and of a final, whatever is known of the others when it is asked for again', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const { cp } = world;
    const sweep = await world.start({ ...asked, maxTrials: 3 });
    const { sweepId } = sweep;
    await world.deliver();
    const [first, second] = await world.trials(sweepId);
    if (!first || !second) throw new Error('two trials should have begun');
    // Somebody else begins it, who was told meanwhile what the first has come to.
    const known: Trial[] = [{ ...first, state: 'completed', value: 1 }, second];
    const again = await beginTrial(cp, sweep, { ...second, runId: null }, known);
    expect(again).toMatchObject({ state: 'running', runId: second.runId, error: null });
    for (let step = 0; step < 2; step++) {
      await world.train(sweepId);
      await world.deliver();
    }
    const final = await finalizeSweep(cp, sweep, { ...alone, trial: 1, baseline: true });
    await world.run(sweepId);
    const later = await finalizeSweep(cp, sweep, { ...alone, trial: 1, baseline: true, repeats: 2 });
    expect(later.outcome.runId).toBe(final.outcome.runId);
  });

  it('retrains its best trial once, as a run that becomes a version', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const sweep = await world.start(asked);
    await expect(finalizeSweep(world.cp, sweep, alone)).rejects.toThrow(/no completed trial/);
    await world.run(sweep.sweepId);
    const overrides = { 'training.epochs': 3 };
    const first = await finalizeSweep(world.cp, sweep, { ...alone, overrides });
    const again = await finalizeSweep(world.cp, sweep, { ...alone, overrides });
    const { best, finals } = await readSweepView(world.cp.store, sweep);
    expect(again).toMatchObject({ outcome: { runId: first.outcome.runId } });
    expect(first.outcome).toMatchObject({
      parentRunId: sweep.sweepId,
      sweep: null,
      intent: 'production-candidate',
    });
    expect(first.outcome.spec.training).toMatchObject({
      epochs: 3,
      optimizer: { learningRate: best?.parameters[RATE] },
    });
    expect(finals).toMatchObject([
      { runId: first.outcome.runId, trial: best?.number, overrides, baselineRunId: null },
    ]);
  });

  it('retrains another trial than the best where that is asked for, and none that is not completed', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const sweep = await world.start(asked);
    await world.run(sweep.sweepId);
    const { best } = await readSweepView(world.cp.store, sweep);
    const other = (await world.trials(sweep.sweepId)).find(({ number }) => number !== best?.number);
    const { outcome } = await finalizeSweep(world.cp, sweep, { ...alone, trial: other?.number });
    expect(outcome.spec.training.optimizer).toMatchObject({ learningRate: other?.parameters[RATE] });
    expect((await readSweepView(world.cp.store, sweep)).finals).toMatchObject([{ trial: other?.number }]);
    await expect(finalizeSweep(world.cp, sweep, { ...alone, trial: 99 })).rejects.toThrow(
      /There is no trial 99: they have the numbers 1 to/,
    );
  });

  it('holds the retrained trial against what was before the search and against other seeds', async () => {
    const world = new SweepWorld(await testControlPlane(), { objectiveOf });
    const sweep = await world.start({ ...asked, maxTrials: 2, maxParallel: 4 });
    await world.run(sweep.sweepId);
    const overrides = { 'training.epochs': 3 };
    const { outcome } = await finalizeSweep(world.cp, sweep, { ...alone, overrides });
    const whole = { ...ada, overrides, repeats: 3, baseline: true };
    await finalizeSweep(world.cp, sweep, whole);
    await finalizeSweep(world.cp, sweep, whole);
    const besides = runsOf(world).filter(({ sweep: trial }) => trial === null);
    const [final] = (await readSweepView(world.cp.store, sweep)).finals;
    const untuned = besides.find(({ runId }) => runId === final?.baselineRunId);
    expect(untuned).toMatchObject({
      intent: 'baseline',
      parentRunId: sweep.sweepId,
      spec: { training: { epochs: 3, optimizer: sweep.spec.training.optimizer } },
    });
    expect(untuned?.inSweep).toMatchObject({
      role: 'baseline',
      trial: null,
      changes: [{ key: 'training.epochs', before: '20', after: '3' }],
    });
    expect(outcome.inSweep).toMatchObject({ role: 'final', trial: final?.trial, results: 2, moreChanges: 0 });
    expect(outcome.inSweep?.changes.map(({ key }) => key)).toEqual(['training.epochs', RATE]);
    expect(besides.filter(isWholeRun).map(({ runId }) => runId)).toEqual([outcome.runId]);
    const repeated = besides.filter(({ repeat }) => repeat?.of === outcome.runId);
    expect(repeated.map(({ spec }) => spec.training.optimizer)).toEqual(
      repeated.map(() => outcome.spec.training.optimizer),
    );
    expect(repeated).toHaveLength(3);
    expect(besides).toHaveLength(5);
  });
});

describe('a sweep whose events are lost, doubled and late', () => {
  it.each([1, 2, 3])('tries each number once, and all of them (seed %i)', async (seed) => {
    let state = seed;
    const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const world = new SweepWorld(await testControlPlane(), {
      objectiveOf,
      deliveries: () => Math.floor(random() * 4),
    });
    const { sweepId } = await world.start({ ...asked, maxTrials: 30, maxParallel: 5 });
    await world.run(sweepId, { steps: 300 });
    const trials = await world.trials(sweepId);
    expect(trials.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(trials.every(({ state: end }) => end === 'completed')).toBe(true);
    expect(runsOf(world)).toHaveLength(30);
    expect(world.mostOpen).toBeLessThanOrEqual(5);
  });

  it('goes on after a crash between the claim of a trial and its run', async () => {
    const cp = await testControlPlane();
    const world = new SweepWorld(cp, { objectiveOf });
    const { sweepId } = await world.start({ ...asked, maxTrials: 2, maxParallel: 1 });
    // The run cannot be made: its transaction, the one after the claim, fails.
    let commits = 0;
    const optimistic = cp.store.optimistic.bind(cp.store);
    cp.store.optimistic = (work, askedAt) =>
      ++commits === 2 ? Promise.reject(new Error('killed')) : optimistic(work, askedAt);
    await expect(world.deliver()).rejects.toThrow('killed');
    cp.store.optimistic = optimistic;
    expect(await world.trials(sweepId)).toMatchObject([{ number: 1, runId: null, state: 'running' }]);
    await reconcileSweeps(cp);
    await world.run(sweepId);
    expect(runsOf(world)).toHaveLength(2);
    expect(await cp.store.get(paths.sweepEnd(sweepId, 1))).toBeDefined();
  });
});
