/** What became of a gate. */
import { z } from 'zod';
import { described } from '../described.js';
import { intervalSchema } from '../metrics/interval.js';
import { gateSchema } from '../spec/evaluation/gate.js';

export const gateResultSchema = z.strictObject({
  ...gateSchema.shape,
  value: described(
    z.number().nullable(),
    'The figure that the gate is on; null where the result has none.',
    0.312,
  ),
  interval: described(
    intervalSchema.nullable().default(null),
    'How sure the value is; null where no interval was computed.',
    { low: 0.299, high: 0.325 },
  ),
  passed: described(z.boolean(), 'Whether the result has reached all bounds of the gate.'),
  explanation: described(
    z.string().max(1000).nullable().default(null),
    'Why the gate is missed, or what is to be known of how it was passed; null where there is nothing to say.',
    'it is 0.312 and that of each user’s own history is 0.318; it must be above that',
  ),
});
export type GateResult = z.infer<typeof gateResultSchema>;
