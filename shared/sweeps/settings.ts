/** How a sweep searches: the choices that are the same for all of its trials. */
import { z } from 'zod';
import { described } from '../described.js';
import { DEFAULT_MONITOR } from '../metrics/availability.js';

export const sweepStrategyNameSchema = described(
  z.enum(['grid', 'random', 'quasiRandom', 'tpe']),
  'How the parameters of the next trial are chosen. `grid`: every combination, in order. `random`: independent draws. ' +
    '`quasiRandom`: a scrambled Sobol sequence, which covers the space evenly. `tpe`: draws at first, then where the trials so far were good (tree-structured Parzen estimators).',
);
export type SweepStrategyName = z.infer<typeof sweepStrategyNameSchema>;

export const sweepStrategySchema = described(
  z.strictObject({
    kind: described(sweepStrategyNameSchema.clone(), 'The strategy.'),
    startupTrials: described(
      z.int().min(1).max(1000).default(10),
      'Of `tpe`: the number of trials that are drawn before what they came to counts.',
      10,
    ),
    multivariate: described(
      z.boolean().default(false),
      'Of `tpe`: whether parameters are looked at together instead of one by one.',
    ),
  }),
  'How the parameters of the next trial are chosen.',
);

export const sweepPrunerSchema = described(
  z.strictObject({
    kind: described(
      z.enum(['none', 'asha']),
      'Whether trials that fall behind are stopped. `none`: each goes on to its end. `asha`: after 1, 3, 9, … epochs only the best third goes on (asynchronous successive halving).',
    ),
    minEpochs: described(
      z.int().min(1).max(1000).default(1),
      'The epochs after which trials are first compared.',
      1,
    ),
    reductionFactor: described(
      z.int().min(2).max(10).default(3),
      'One of so many goes on, and so many times the epochs lie between two comparisons.',
      3,
    ),
  }),
  'Which trials are stopped before their end.',
);

export type SweepPrunerKind = z.infer<typeof sweepPrunerSchema>['kind'];

export const sweepObjectiveSchema = described(
  z.strictObject({
    metric: described(
      z.string().max(100),
      'The metric of the validation split that trials are compared by.',
      DEFAULT_MONITOR,
    ),
    direction: described(
      z.enum(['minimize', 'maximize']),
      'Whether less or more of it is better: as the table of metrics says.',
    ),
  }),
  'What the sweep looks for.',
);
export type SweepObjective = z.infer<typeof sweepObjectiveSchema>;
