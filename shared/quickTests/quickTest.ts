/** What a quick test is asked for, and what it says of itself afterwards. */
import { z } from 'zod';
import { described } from '../described.js';
import { jsonValueSchema } from '../jsonValue.js';

export const quickTestSchema = described(
  z.strictObject({
    share: described(
      z.number().gt(0).lt(1).default(0.1),
      'The share of the users that is drawn, with all their rows.',
      0.1,
    ),
    epochs: described(
      z.int().min(1).max(10_000).default(3),
      'The greatest number of epochs. A specification with fewer keeps its own.',
      3,
    ),
    maxUsd: described(
      z.number().gt(0).max(1_000_000).default(1),
      'The US dollars that the quick test may cost. A specification that allows less keeps its own limit.',
      1,
    ),
    seed: described(
      z.int().min(0).optional(),
      'The seed by which users are drawn; `training.seed` of the specification unless given.',
      42,
    ),
  }),
  'How much smaller than its specification a quick test is.',
);
export type QuickTest = z.infer<typeof quickTestSchema>;

const EXAMPLE_CUT = {
  setting: 'training.epochs',
  was: 20,
  is: 3,
  why: '3 epochs instead of 20',
};
export const cutSchema = z.strictObject({
  setting: described(z.string(), 'The setting, by its path with dots.', EXAMPLE_CUT.setting),
  was: described(
    jsonValueSchema.clone(),
    'Its value in the whole specification; null where it has none.',
    EXAMPLE_CUT.was,
  ),
  is: described(
    jsonValueSchema.clone(),
    'Its value in the quick test; null where it has none.',
    EXAMPLE_CUT.is,
  ),
  why: described(z.string(), 'What that means, in words.', EXAMPLE_CUT.why),
});
export type Cut = z.infer<typeof cutSchema>;

export const quickTestRecordSchema = described(
  z.strictObject({
    cuts: described(
      z.array(cutSchema),
      'Each setting of the specification that was changed, with the value before: `train-full` puts these back. `compute.maxUsd` is among them with `is` as it was where no tier has a price, so that no limit of the cost could be set.',
      [EXAMPLE_CUT],
    ),
  }),
  'What a quick test leaves out of its whole specification; null for all other runs.',
);
export type QuickTestRecord = z.infer<typeof quickTestRecordSchema>;
