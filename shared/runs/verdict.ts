/** Whether to ship a model, in one sentence. */
import { z } from 'zod';
import { described } from '../described.js';

export const verdictSchema = described(
  z.strictObject({
    decision: described(
      z.enum(['ship', 'hold', 'unsure']),
      'What the figures speak for. `ship`: it is better than every method that it was compared with, and passes its gates. `hold`: it loses to ' +
        'one, or misses a critical gate. `unsure`: the figures do not tell, since an interval holds 0 or hardly anything was measured.',
    ),
    sentence: described(
      z.string().max(500),
      'The decision and why, in one sentence.',
      'Ship it: recall@10 is 8.3 % (95 %: 6.9 to 9.8) above that of each user’s own history, the best other method.',
    ),
    reasons: described(z.array(z.string().max(500)), 'What else speaks for or against it, a sentence each.', [
      'The gate on test recall@10 is missed: it is 0.2080.',
    ]),
  }),
  'Whether to ship the model, and why.',
);
export type Verdict = z.infer<typeof verdictSchema>;
