/** What a sweep has found beside its best trial. */
import { z } from 'zod';
import { described } from '../described.js';
import { parameterValueSchema } from './parameter.js';

const parameterImportanceSchema = z.strictObject({
  key: described(z.string(), 'The dotted key of the parameter.', 'training.optimizer.learningRate'),
  importance: described(
    z.number().nullable(),
    'Its share in what a forest of 100 trees explains of the objective; the shares of all parameters add up to 1. null where there is nothing to explain: no trial has a result, or none is better than another.',
    0.82,
  ),
  spearman: described(
    z.number().nullable(),
    "Spearman's rank correlation, from -1 to 1, with the objective, over the trials that have the parameter; null of what has no order, and where there are too few values.",
    -0.41,
  ),
  trials: described(z.int().min(0), 'The trials with a result that have it.', 12),
});
export type ParameterImportance = z.infer<typeof parameterImportanceSchema>;

const convergenceSchema = z.strictObject({
  bestSoFar: described(
    z.array(
      z.strictObject({
        number: described(z.int().min(1), 'The number of the trial.', 3),
        value: described(z.number(), 'Its objective.', 4.61),
        best: described(z.number(), 'The best objective of this trial and all before it.', 4.53),
      }),
    ),
    'The trials with a result, by their numbers.',
  ),
  trialsSinceImprovement: described(
    z.int().min(0),
    'The trials with a result since the last one that was better than all before.',
    4,
  ),
  rate: described(
    z.number().min(0).max(1).nullable(),
    'The share of the trials whose objective is within 5 % of the best: how much of the search was spent where it is good. null without a result.',
    0.4,
  ),
});
export type Convergence = z.infer<typeof convergenceSchema>;

const parameterSliceSchema = z.strictObject({
  at: described(
    z.union([
      z.strictObject({ value: described(parameterValueSchema.clone(), 'The value.', 4096) }),
      z.strictObject({
        above: described(z.number(), 'The lower end, which belongs to the first part alone.', 0.01),
        upTo: described(z.number(), 'The upper end, which belongs to the part.', 0.05),
      }),
    ]),
    'The value, or the part of the range: of a range with more than ten values, each fifth of it.',
  ),
  trials: described(z.int().min(0), 'The trials with a result that were there.', 5),
  best: described(z.number().nullable(), 'The best objective of them; null where no trial was there.', 4.53),
  mean: described(z.number().nullable(), 'The mean of their objectives; null where no trial was there.', 4.9),
  bestTrial: described(
    z.int().min(1).nullable(),
    'The number of the best of them; null where no trial was there.',
    3,
  ),
});
export type ParameterSlice = z.infer<typeof parameterSliceSchema>;

export const sweepFindingsSchema = z.strictObject({
  importance: described(
    z.array(parameterImportanceSchema),
    'The importance of each parameter that had a choice, the greatest first.',
  ),
  doubt: described(
    z.string(),
    'Why the importance is to be doubted, in words; empty of enough results.',
    'of 3 results alone: a guess',
  ),
  convergence: described(convergenceSchema.clone(), 'How the best objective came about.'),
  slices: described(
    z.record(z.string(), z.array(parameterSliceSchema)),
    'What the values of each parameter came to, by its dotted key.',
  ),
});
export type SweepFindings = z.infer<typeof sweepFindingsSchema>;
