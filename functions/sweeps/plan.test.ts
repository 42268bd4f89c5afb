import type { Trial } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { SweepWorld } from '../../test/support/sweepWorld.js';
import { newTrial } from './newTrial.js';
import { costOf } from '@trainyard/shared/sweeps/soFar';
import { isOpen, nextStep } from './plan.js';

const NOW = new Date('2026-01-01T00:00:00.000Z');
const PRICED = [
  { name: 'small', launcher: 'fake', maxWaitSeconds: 60, maxAttemptSeconds: 3600, usdPerHour: 1 },
];

/** A sweep of 40 trials, ten at a time, with a budget of $1. */
async function budgeted(expectedTrialUsd: number | null) {
  const world = new SweepWorld(await testControlPlane({ tiers: PRICED }));
  const space = { 'training.optimizer.learningRate': { min: 0.001, max: 0.5 } };
  const sweep = await world.start({
    space,
    strategy: 'random',
    maxTrials: 40,
    maxParallel: 10,
    budgetUsd: 1,
  });
  return { ...sweep, expectedTrialUsd };
}
type Budgeted = Awaited<ReturnType<typeof budgeted>>;

/** Claims trials until none may be, and returns all. */
function filled(sweep: Budgeted, before: readonly Trial[]): Trial[] {
  const trials = [...before];
  for (let step = nextStep(sweep, trials, [], NOW); step.kind === 'claim';) {
    trials.push(begun(sweep, step.number));
    step = nextStep(sweep, trials, [], NOW);
  }
  return trials;
}

const begun = (sweep: Budgeted, number: number): Trial => ({
  ...newTrial(sweep, { number, parameters: { 'training.optimizer.learningRate': 0.1 }, decision: null }, NOW),
  runId: 'abcdefghijklmnopqrst',
});

const ended = (
  trials: readonly Trial[],
  number: number,
  costUsd: number,
  state: Trial['state'] = 'completed',
) => trials.map((trial) => (trial.number === number ? { ...trial, state, costUsd, value: 1 } : trial));

describe('the budget of a sweep', () => {
  it('lets the first trial go alone where nobody can tell what it costs', async () => {
    const sweep = await budgeted(null);
    const first = filled(sweep, []);
    expect(first).toHaveLength(1);
    // $0.10 each: nine more have room beside it.
    expect(filled(sweep, ended(first, 1, 0.1))).toHaveLength(10);
  });

  it('keeps back what the running trials are estimated to cost before any has told', async () => {
    const sweep = await budgeted(0.3);
    const trials = filled(sweep, []);
    expect(trials).toHaveLength(3);
    // It cost a tenth of that, so the others will: there is room for as many as may run.
    expect(filled(sweep, ended(trials, 1, 0.03)).filter(isOpen)).toHaveLength(10);
  });

  it('goes on by the estimate while trials fail, which may be cheap', async () => {
    const sweep = await budgeted(0.3);
    expect(filled(sweep, ended(filled(sweep, []), 1, 0.01, 'failed')).filter(isOpen)).toHaveLength(3);
    const unknown = await budgeted(null);
    expect(filled(unknown, ended(filled(unknown, []), 1, 0.01, 'failed')).filter(isOpen)).toHaveLength(1);
  });

  it('is tried by one trial, however high the estimate', async () => {
    const sweep = await budgeted(50);
    const trials = filled(sweep, []);
    expect(trials).toHaveLength(1);
    expect(nextStep(sweep, ended(trials, 1, 1.2), [], NOW)).toEqual({ kind: 'end', reason: 'budget' });
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'is exceeded by no more than the trials that run (costs by seed %i)',
    async (seed) => {
      let state = seed;
      const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
      const sweep = await budgeted(seed % 2 === 0 ? null : 0.05);
      let trials: Trial[] = [];
      for (;;) {
        const claimed = filled(sweep, trials);
        // None is claimed once the budget is spent.
        if (claimed.length > trials.length) expect(costOf(trials)).toBeLessThan(1);
        trials = claimed;
        const open = trials.filter(isOpen);
        const next = open[Math.floor(random() * open.length)];
        if (!next) break;
        trials = ended(trials, next.number, random() ** 4 * 0.4, random() < 0.2 ? 'failed' : 'completed');
      }
      expect(nextStep(sweep, trials, [], NOW)).toMatchObject({ kind: 'end' });
      expect(trials.length).toBeGreaterThan(1);
    },
  );
});
