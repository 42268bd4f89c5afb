/** Documents of sweeps: what was asked for, and how it ended. The trials are documents of their own (`trial.ts`). */
import { z } from 'zod';
import { instantSchema, modelIdSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';
import { experimentIdSchema, sweepIdSchema } from '../runs/identity.js';
import { teamsSchema } from '../runs/run.js';
import { presetRefSchema } from '../spec/presets.js';
import { storedSpecSchema } from '../spec/trainingSpec.js';
import { sweepObjectiveSchema, sweepPrunerSchema, sweepStrategySchema } from './settings.js';
import { spaceSchema } from './space.js';
import { parametersSchema } from './trial.js';

const INSTANT = '2026-11-20T19:18:25.000Z';

/** More trials are no search any more; what reads them all reads a hundred blocks and no more. */
export const MOST_TRIALS = 10_000;

/** What may be asked for at the start, and raised later. */
export const sweepLimits = {
  maxTrials: described(z.int().min(1).max(MOST_TRIALS), 'The number of trials, exactly.', 100),
  maxParallel: described(z.int().min(1).max(100), 'The greatest number of trials that run at a time.', 4),
  timeoutSeconds: described(
    z.int().min(1).max(31_536_000),
    'How long trials may be started, in seconds, not counting the time that the sweep is paused. Those that run then go on to their ends.',
    3600,
  ),
  budgetUsd: described(
    z.number().positive().max(1_000_000).nullable(),
    'What the trials may cost together, in US dollars: none is started that would, with those that run and at what one is expected to cost, exceed it. null: no limit.',
    20,
  ),
  maxFailures: described(
    z.int().min(1).max(MOST_TRIALS),
    'How many trials may fail before one has succeeded: then the sweep ends, since what is wrong is not the parameters. Once one has succeeded, those that fail are recorded and passed over.',
    10,
  ),
};

/** `sweeps/{sweepId}`: what people asked for, written by them alone. What happens to its trials stands in documents of their own. */
export const sweepSchema = z.strictObject({
  schemaVersion: described(z.literal(1), 'The version of the form that the document has.'),
  sweepId: sweepIdSchema,
  modelId: modelIdSchema,
  name: described(z.string().max(200), 'The name of the sweep.', 'wider-towers'),
  description: described(z.string().max(2000), 'What it is to find out, in words.', 'Do wider towers pay?'),
  experiment: described(
    experimentIdSchema.nullable(),
    'The experiment that the trials belong to; null for the own one of the model.',
    'towers',
  ),
  spec: described(
    storedSpecSchema.clone(),
    'The specification that trials differ from, with every default filled in and presets replaced by their content.',
  ),
  presets: described(
    z.array(presetRefSchema),
    'The versions of presets that the specification was made of.',
    ['datasets/purchases@3'],
  ),
  tiers: described(
    z.array(z.string()).min(1),
    'The compute tiers of the trials, in their order: the spot tiers of the deployment unless some were named.',
    ['gpu-spot'],
  ),
  space: spaceSchema,
  objective: sweepObjectiveSchema,
  strategy: sweepStrategySchema,
  pruner: sweepPrunerSchema,
  seed: described(
    z.int().min(0).max(4_294_967_295),
    'What is drawn follows from this seed and from the number of the trial.',
    42,
  ),
  ...sweepLimits,
  expectedTrialUsd: described(
    z.number().min(0).nullable().default(null),
    'What a trial was estimated to cost at most at the start of a sweep with a budget, in US dollars: what is counted with until one has succeeded, and the mean cost from then on. null where nobody could tell, and the first trial goes alone; or without a budget.',
    0.3,
  ),
  uncountedTiers: described(
    z.array(z.string()).default([]),
    'Of `tiers` those that have no price: what trials cost there counts as 0, so that `budgetUsd` does not limit it. Empty without a budget.',
    [],
  ),
  round: described(
    z.int().min(1),
    'Counts the times that the sweep was begun: 1, and one more each time it was extended.',
    1,
  ),
  deadlineAt: described(instantSchema.clone(), 'The instant after which no trial is started.', INSTANT),
  pausedAt: described(
    instantSchema.nullable(),
    'Since when no trial is started; null while the sweep goes on.',
    INSTANT,
  ),
  cancelRequestedAt: described(
    instantSchema.nullable(),
    'When somebody asked to cancel the sweep; null where nobody did.',
    INSTANT,
  ),
  requestedBy: described(z.string(), 'Who asked for the sweep.', 'ada@example.com'),
  /** The security rules read them here. */
  teams: described(teamsSchema.clone(), 'The teams of the model, whose members see the sweep.', ['search']),
  createdAt: described(instantSchema.clone(), 'When the sweep was requested.', INSTANT),
  updatedAt: described(instantSchema.clone(), 'When somebody last changed it.', INSTANT),
});
export type Sweep = z.infer<typeof sweepSchema>;

export const sweepEndReasonSchema = described(
  z.enum(['maxTrials', 'exhausted', 'timeout', 'budget', 'failures', 'cancelled']),
  'Why a sweep has ended. `maxTrials`: all trials were made. `exhausted`: every combination was tried. `timeout`: its time was over. ' +
    '`budget`: the next trial would have exceeded the budget. `failures`: `maxFailures` trials failed and none had succeeded. `cancelled`: somebody asked for it.',
);
export type SweepEndReason = z.infer<typeof sweepEndReasonSchema>;

export const trialCountsSchema = described(
  z.strictObject({
    running: described(z.int().min(0), 'Those that run, or wait for a machine.', 4),
    completed: described(z.int().min(0), 'Those that went on to their end.', 31),
    pruned: described(z.int().min(0), 'Those that were stopped since they fell behind.', 12),
    failed: described(z.int().min(0), 'Those that failed, or that somebody cancelled by itself.', 1),
    cancelled: described(z.int().min(0), 'Those that were cancelled with the sweep.', 0),
  }),
  'The number of trials by their states.',
);
export type TrialCounts = z.infer<typeof trialCountsSchema>;

export const bestTrialSchema = described(
  z.strictObject({
    number: described(z.int().min(1), 'The number of the trial.', 17),
    runId: described(runIdSchema.clone(), 'Its run.', 'k3v7q2mzx5ahc4tnwy6d'),
    value: described(z.number(), 'Its value of the objective.', 6.21),
    parameters: parametersSchema,
  }),
  'The completed trial with the best value; null while there is none.',
);
export type BestTrial = z.infer<typeof bestTrialSchema>;

/** `sweeps/{sweepId}/ends/{round}`: how a round ended. Created once, when its last trial has ended. */
export const sweepEndSchema = z.strictObject({
  sweepId: sweepIdSchema,
  round: sweepSchema.shape.round,
  reason: sweepEndReasonSchema,
  trials: described(z.int().min(0), 'The number of trials at the end.', 100),
  counts: trialCountsSchema,
  best: bestTrialSchema.nullable(),
  costUsd: described(z.number().min(0), 'What the trials have cost, in US dollars.', 4.2),
  endedAt: described(instantSchema.clone(), 'When the round ended.', INSTANT),
});
export type SweepEnd = z.infer<typeof sweepEndSchema>;

/** `openSweeps/{sweepId}-{round}`: a sweep that has not ended; it is looked at again and again until it has. */
export const openSweepSchema = z.strictObject({
  sweepId: sweepIdSchema,
  since: described(instantSchema.clone(), 'Since when it is open.', INSTANT),
});
export type OpenSweep = z.infer<typeof openSweepSchema>;
