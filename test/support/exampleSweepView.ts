import { trainingSpecSchema, type SweepView, type TrialView } from '@trainyard/shared';
import { EXAMPLE_SPEC } from './newRun.js';

const AT = '2026-01-01T00:00:00.000Z';
const SWEEP_ID = 'q5w2kzt7mbx3hvac4ndy';
const RUN_ID = 'k3v7q2mzx5ahc4tnwy6d';
/** The parameter that differs between the trials. */
export const RATE = 'training.optimizer.learningRate';

/** A completed trial: the nearer its rate, a hundredth of its number, is to 0.05, the better. */
export function exampleTrial(number: number, parts: Partial<TrialView> = {}): TrialView {
  const rate = number / 100;
  return {
    sweepId: SWEEP_ID,
    number,
    round: 1,
    parameters: { [RATE]: rate, 'training.epochs': 4 },
    decision: null,
    runId: RUN_ID,
    state: 'completed',
    value: 5 + Math.abs(rate - 0.05),
    curve: [{ epoch: 4, value: 6 }],
    pruning: null,
    error: null,
    costUsd: 0.01,
    seconds: 61,
    createdAt: AT,
    endedAt: AT,
    ...parts,
  };
}

export const exampleTrials = (count: number) => Array.from({ length: count }, (_, i) => exampleTrial(i + 1));

/** A sweep that has ended with these trials. */
export function exampleSweepView(trials: readonly TrialView[], parts: Partial<SweepView> = {}): SweepView {
  const counts = { running: 0, completed: 0, pruned: 0, failed: 0, cancelled: 0 };
  for (const { state } of trials) counts[state]++;
  const [best] = trials
    .filter(({ state }) => state === 'completed')
    .toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0));
  return {
    sweepId: SWEEP_ID,
    modelId: 'shop',
    name: 'rates',
    description: '',
    experiment: null,
    spec: trainingSpecSchema.parse(EXAMPLE_SPEC),
    presets: [],
    tiers: ['small'],
    space: {
      [RATE]: { type: 'logFloat', min: 0.01, max: 1 },
      'training.epochs': { type: 'constant', value: 4 },
    },
    objective: { metric: 'val_loss', direction: 'minimize' },
    strategy: { kind: 'random', startupTrials: 10, multivariate: false },
    pruner: { kind: 'asha', minEpochs: 1, reductionFactor: 3 },
    seed: 42,
    maxTrials: trials.length,
    maxParallel: 2,
    timeoutSeconds: 60,
    budgetUsd: null,
    expectedTrialUsd: null,
    uncountedTiers: [],
    maxFailures: 10,
    deadlineAt: AT,
    pausedAt: null,
    cancelRequestedAt: null,
    requestedBy: 'ada',
    teams: ['*'],
    createdAt: AT,
    updatedAt: AT,
    status: 'completed',
    endReason: 'maxTrials',
    endedAt: AT,
    trials: counts,
    best: best
      ? { number: best.number, runId: RUN_ID, value: best.value ?? 0, parameters: best.parameters }
      : null,
    costUsd: 0.12,
    finals: [],
    waiting: [],
    ...parts,
  };
}
