/** What became of a gate. */
import { z } from 'zod';
import { described } from '../described.js';
import { gateSchema } from '../spec/evaluation/evaluation.js';

export const gateResultSchema = z.strictObject({
  ...gateSchema.shape,
  value: described(
    z.number().nullable(),
    'The metric of the result; null where the result has none of that name.',
    0.312,
  ),
  passed: described(z.boolean(), 'Whether the result has reached all bounds of the gate.'),
});
export type GateResult = z.infer<typeof gateResultSchema>;
