import { z } from 'zod';
import { described } from '../described.js';

/** What is known no better than between two numbers. */
export const rangeSchema = z
  .strictObject({
    low: described(z.number().min(0), 'The low end.', 120),
    high: described(z.number().min(0), 'The high end, which is not below the low one.', 300),
  })
  .refine(({ low, high }) => low <= high, 'low is not above high');
export type Range = z.infer<typeof rangeSchema>;

export function times(range: Range, by: Range | number): Range {
  const factor = typeof by === 'number' ? { low: by, high: by } : by;
  return { low: range.low * factor.low, high: range.high * factor.high };
}

export function plus(...ranges: readonly Range[]): Range {
  return {
    low: ranges.reduce((sum, { low }) => sum + low, 0),
    high: ranges.reduce((sum, { high }) => sum + high, 0),
  };
}

/** How long so much takes at a pace that is known as a range. */
export function at(amount: number | Range, pace: Range): Range {
  const { low, high } = typeof amount === 'number' ? { low: amount, high: amount } : amount;
  return { low: low / pace.high, high: high / pace.low };
}
