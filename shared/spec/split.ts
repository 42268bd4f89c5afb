import { z } from 'zod';
import { columnNameSchema } from './columns.js';

const share = z.number().gt(0).lt(1);
const shares = { train: share.default(0.8), validation: share.default(0.15), test: share.default(0.05) };

function sumToOne(split: { train: number; validation: number; test: number }): boolean {
  return Math.abs(split.train + split.validation + split.test - 1) < 1e-9;
}
const SUM_MESSAGE = 'train, validation and test must add up to 1';

/**
 * `time`: rows in the order of `column` (ties in the order of the file), the first share is train, the next validation,
 * the last test. `random`: every row by a hash of the seed and its position.
 */
export const splitSchema = z.discriminatedUnion('strategy', [
  z
    .strictObject({ strategy: z.literal('random'), seed: z.int().min(0).default(42), ...shares })
    .refine(sumToOne, SUM_MESSAGE),
  z
    .strictObject({ strategy: z.literal('time'), column: columnNameSchema, ...shares })
    .refine(sumToOne, SUM_MESSAGE),
]);
export type Split = z.infer<typeof splitSchema>;
