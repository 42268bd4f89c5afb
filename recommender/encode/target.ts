/** What a rating predicts: the column's numbers, and what they become for training. */
import { z } from 'zod';
import { shaped } from './normalize.js';

export const fittedTargetSchema = z.strictObject({
  column: z.string(),
  /** Bounds of the raw number; null does not clip. */
  clip: z.tuple([z.number(), z.number()]).nullable(),
  log1p: z.boolean(),
  /** Of the training rows, after clip and log1p; 0 and 1 where it is not standardised. */
  mean: z.number(),
  std: z.number().gt(0),
  /** The target is 1 from here on and 0 below; null leaves it a number. */
  threshold: z.number().nullable(),
});
export type FittedTarget = z.infer<typeof fittedTargetSchema>;

/** What training sees of the column's number. */
export function encodedTarget(fitted: FittedTarget, value: number): number {
  if (fitted.threshold !== null) return value >= fitted.threshold ? 1 : 0;
  return (shaped(fitted, value) - fitted.mean) / fitted.std;
}

/** e to the power of more is no number of double precision. */
export const LARGEST_POWER = 709.78;

/** The column's number of what training saw, or predicts; of a threshold's 0 … 1 there is none, and it stays. Of log1p it is finite: at most ±1.8e308. */
export function decodedTarget({ log1p, mean, std, threshold }: FittedTarget, encoded: number): number {
  if (threshold !== null) return encoded;
  const number = encoded * std + mean;
  return log1p ? Math.sign(number) * Math.expm1(Math.min(Math.abs(number), LARGEST_POWER)) : number;
}
