/** Documents of trials: which run tries what, chosen from what, and what it came to. */
import { z } from 'zod';
import { instantSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';
import { sweepIdSchema } from '../runs/identity.js';
import { sweepStrategyNameSchema } from './settings.js';
import { parameterValueSchema } from './parameter.js';

const INSTANT = '2026-11-20T19:18:25.000Z';
const DIGEST = 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

export const parametersSchema = described(
  z.record(z.string().min(1).max(300), parameterValueSchema),
  'Values by their dotted keys in the specification.',
  { 'training.batchSize': 4096, 'training.optimizer.learningRate': 0.05 },
);

export const trialStateSchema = described(
  z.enum(['running', 'completed', 'pruned', 'failed', 'cancelled']),
  'Where the trial is. `running`: its run has not ended. `completed`: it went on to its end. `pruned`: its sweep stopped it, since it fell behind. ' +
    '`failed`: its run failed, could not be started, or was cancelled by itself. `cancelled`: it was cancelled with its sweep.',
);
export type TrialState = z.infer<typeof trialStateSchema>;

export const curvePointSchema = z.strictObject({
  epoch: described(z.int().min(1), 'The epoch, from 1.', 3),
  value: described(z.number(), 'The objective after it.', 6.48),
});

/** What was known when something was decided: all trials below a number, of which some had not ended. */
const knownSchema = {
  open: described(
    z.array(
      z.strictObject({
        number: described(z.int().min(1), 'The number of the trial.', 12),
        epochs: described(z.int().min(0), 'How many of its epochs were known.', 3),
      }),
    ),
    'The trials that had not ended, and how much was known of each. All others had ended, and are as they were.',
  ),
  digest: described(
    z.string(),
    'The digest of all that was known, by which a replay knows whether it has the same.',
    DIGEST,
  ),
};

export const decisionSchema = described(
  z.strictObject({
    strategy: described(sweepStrategyNameSchema.clone(), 'What chose the parameters.'),
    ...knownSchema,
  }),
  'From what the parameters were chosen: all trials of smaller numbers. null where somebody gave them.',
);
export type Decision = z.infer<typeof decisionSchema>;

export const pruningSchema = described(
  z.strictObject({
    epoch: described(z.int().min(1), 'The epoch after which it was decided.', 3),
    at: described(instantSchema.clone(), 'When it was decided.', INSTANT),
    trials: described(z.int().min(1), 'The number of trials that were known.', 14),
    ...knownSchema,
  }),
  'That the trial is to be stopped, and from what that was decided; null where it is not.',
);

/** `sweeps/{sweepId}/trials/{n}`: creating it is the claim of the number. Once `state` is not `running` it never changes again. */
export const trialSchema = z.strictObject({
  schemaVersion: described(z.literal(1), 'The version of the form that the document has.'),
  sweepId: sweepIdSchema,
  number: described(z.int().min(1), 'The number of the trial, from 1 without a gap.', 17),
  round: described(z.int().min(1), 'The round of the sweep that it was claimed in.', 1),
  parameters: parametersSchema,
  decision: decisionSchema.nullable(),
  runId: described(
    runIdSchema.nullable(),
    'Its run; null until that is made, and where it could not be.',
    'k3v7q2mzx5ahc4tnwy6d',
  ),
  state: trialStateSchema,
  value: described(
    z.number().nullable(),
    'The objective: of the kept weights of a completed trial, of the last epoch of a pruned one; null where there is none.',
    6.21,
  ),
  curve: described(z.array(curvePointSchema), 'The objective after each epoch, as far as known.', [
    { epoch: 1, value: 7.02 },
  ]),
  pruning: pruningSchema.nullable(),
  error: described(
    z
      .strictObject({
        code: described(z.string(), 'The code of the error.', 'out-of-memory'),
        message: described(
          z.string(),
          'What happened, in words.',
          'the GPU has 16 GB, and the batch needs 18',
        ),
      })
      .nullable(),
    'Why the trial failed; null where it did not.',
  ),
  costUsd: described(z.number().min(0), 'What its run has cost, in US dollars; 0 until it has ended.', 0.12),
  seconds: described(
    z.number().min(0).nullable(),
    'The time from the first report of its trainer to its end, in seconds, as comparisons have it; 0 where no trainer reported, null until it has ended.',
    218,
  ),
  createdAt: described(instantSchema.clone(), 'When the number was claimed.', INSTANT),
  endedAt: described(instantSchema.nullable(), 'When it ended; null before that.', INSTANT),
});
export type Trial = z.infer<typeof trialSchema>;

/** How many trials are kept together once all of them have ended. */
export const TRIALS_PER_BLOCK = 50;

/** `sweeps/{sweepId}/blocks/{k}`: trials that have all ended, together, so that whoever knows none of them reads few documents. */
export const trialBlockSchema = z.strictObject({
  sweepId: sweepIdSchema,
  number: described(z.int().min(1), 'The number of the block, from 1.', 1),
  trials: described(
    z.string(),
    'The trials as the text of their JSON: Firestore keeps no list in a list, and counts the entries of maps.',
    '[]',
  ),
});

/** `sweeps/{sweepId}/queue/{n}`: parameters that somebody wants tried, with a number of their own. Deleted by the claim of their trial. */
export const queuedTrialSchema = z.strictObject({
  number: described(z.int().min(1), 'The number that the trial will have.', 18),
  id: described(z.string().max(100), 'The id of the request.', 'k3v7q2mzx5ahc4tnwy6d'),
  sweepId: sweepIdSchema,
  parameters: parametersSchema,
  requestedBy: described(z.string(), 'Who wants it.', 'ada@example.com'),
  requestedAt: described(instantSchema.clone(), 'Since when.', INSTANT),
});
export type QueuedTrial = z.infer<typeof queuedTrialSchema>;
