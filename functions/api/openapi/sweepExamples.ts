/** Examples of the bodies and answers of sweeps: one of the shop of the other examples. */
import {
  DEFAULT_MONITOR,
  sweepPrunerSchema,
  sweepStrategySchema,
  trainingSpecSchema,
} from '@trainyard/shared';
import type { Parameters, SweepFindings, SweepView, Trial } from '@trainyard/shared';

const AT = '2026-11-20T19:18:25.000Z';
const SWEEP_ID = 'c3wq7mzx5ahk4tnvy6d2';
const RUN_ID = 'k3x7q2mzp5dvn4wyt6ab';
const DIGEST = 'sha256:9f2b6f0c1d7e4a83b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c';
const PARAMETERS: Parameters = { 'training.batchSize': 4096, 'training.optimizer.learningRate': 0.05 };
const SPACE = {
  'training.batchSize': { type: 'categorical', values: [1024, 4096] },
  'training.optimizer.learningRate': { type: 'logFloat', min: 0.01, max: 0.5 },
} as const;

/** Made when they are asked for, of the specification of the other examples. */
export function sweepExamples(spec: object) {
  const sweep = () => exampleSweep(spec);
  return {
    SweepRequest: () => ({ name: 'learning rates', spec, space: SPACE, maxTrials: 20 }),
    Sweep: sweep,
    SweepPage: () => ({ sweeps: [sweep()], nextCursor: null }),
    SweepFindings: exampleFindings,
    ExtendSweepRequest: () => ({ maxTrials: 40 }),
    TrialPage: () => ({ trials: [exampleTrial()], nextCursor: null }),
    AddTrialRequest: () => ({ parameters: PARAMETERS }),
    QueuedTrial: () => ({ id: RUN_ID, number: 18, parameters: PARAMETERS }),
    FinalizeRequest: () => ({ overrides: { 'training.epochs': 40 }, repeats: 3, baseline: true }),
  };
}

function exampleSweep(spec: object): SweepView {
  return {
    sweepId: SWEEP_ID,
    modelId: 'shop',
    name: 'learning rates',
    description: '',
    experiment: null,
    spec: trainingSpecSchema.parse(spec),
    presets: [],
    tiers: ['gpu-spot'],
    space: { ...SPACE, 'training.batchSize': { type: 'categorical', values: [1024, 4096] } },
    objective: { metric: DEFAULT_MONITOR, direction: 'minimize' },
    strategy: sweepStrategySchema.parse({ kind: 'tpe' }),
    pruner: sweepPrunerSchema.parse({ kind: 'none' }),
    seed: 42,
    maxTrials: 20,
    maxParallel: 4,
    timeoutSeconds: 3600,
    budgetUsd: null,
    expectedTrialUsd: null,
    uncountedTiers: [],
    maxFailures: 10,
    deadlineAt: '2026-11-20T20:18:25.000Z',
    pausedAt: null,
    cancelRequestedAt: null,
    requestedBy: 'ana@shop.example',
    teams: ['*'],
    createdAt: AT,
    updatedAt: AT,
    status: 'running',
    endReason: null,
    endedAt: null,
    trials: { running: 4, completed: 7, pruned: 0, failed: 0, cancelled: 0 },
    best: { number: 3, runId: RUN_ID, value: 4.53, parameters: PARAMETERS },
    costUsd: 0.84,
    finals: [],
    waiting: [12],
  };
}

function exampleTrial(): Omit<Trial, 'schemaVersion'> {
  return {
    sweepId: SWEEP_ID,
    number: 3,
    round: 1,
    parameters: PARAMETERS,
    decision: { strategy: 'tpe', open: [{ number: 2, epochs: 0 }], digest: DIGEST },
    runId: RUN_ID,
    state: 'completed',
    value: 4.53,
    curve: [
      { epoch: 1, value: 5.8 },
      { epoch: 2, value: 4.53 },
    ],
    pruning: null,
    error: null,
    costUsd: 0.12,
    seconds: 218,
    createdAt: AT,
    endedAt: '2026-11-20T19:22:03.000Z',
  };
}

function exampleFindings(): SweepFindings {
  const rate = 'training.optimizer.learningRate';
  return {
    importance: [
      { key: rate, importance: 0.82, spearman: -0.41, trials: 7 },
      { key: 'training.batchSize', importance: 0.18, spearman: 0.12, trials: 7 },
    ],
    doubt: 'of 7 results alone: a guess',
    convergence: {
      bestSoFar: [{ number: 3, value: 4.53, best: 4.53 }],
      trialsSinceImprovement: 4,
      rate: 0.4,
    },
    slices: {
      [rate]: [{ at: { above: 0.01, upTo: 0.022 }, trials: 2, best: 4.53, mean: 4.9, bestTrial: 3 }],
    },
  };
}
