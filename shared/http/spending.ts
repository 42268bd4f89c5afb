import { z } from 'zod';
import { modelIdSchema } from '../common.js';
import { described } from '../described.js';
import { modelDocumentSchema } from '../firestore/model.js';

const usd = (words: string, example: number) => described(z.number().min(0), words, example);

/** What runs have cost in a month, beside what they may. */
export const monthSpendingSchema = z.strictObject({
  month: described(
    z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-11'),
    'The month of UTC.',
    '2026-11',
  ),
  usd: usd('What all runs of the deployment have cost in the month so far, in US dollars.', 31.4),
  budgetUsd: described(
    z.number().min(0).nullable(),
    'What all runs of the deployment may cost in a month, in US dollars; null where there is no limit.',
    100,
  ),
  whenSpent: described(
    z.enum(['finish', 'stop']),
    'What becomes of open runs when a budget is spent: they end by themselves, or are stopped. None is started then.',
    'finish',
  ),
  uncountedTiers: described(
    z.array(z.string()),
    'The tiers of the deployment without a price: what runs there counts as 0.',
    ['local'],
  ),
  models: described(
    z.array(
      z.strictObject({
        modelId: modelIdSchema,
        name: described(z.string(), 'Its name for people.', 'Shop'),
        usd: usd('What its runs have cost in the month so far, in US dollars.', 12.6),
        budgetUsd: described(
          modelDocumentSchema.shape.monthlyBudgetUsd.unwrap().clone(),
          'What they may cost in a month, in US dollars; null where only the deployment has a limit, if any.',
          50,
        ),
      }),
    ),
    'Of the models that the caller sees those that have a budget or have cost something, the dearest first.',
  ),
});
export type MonthSpending = z.infer<typeof monthSpendingSchema>;
