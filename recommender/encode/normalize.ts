import { z } from 'zod';
import type { NumberFeatureEncoder } from './encoder.js';
import { fittedOutliersSchema, withoutOutlier } from './outliers.js';

/** `normalize`, fitted. */
export const fittedNormalizeSchema = z.strictObject({
  transform: z.literal('normalize'),
  /** Bounds of the raw number; null does not clip. */
  clip: z.tuple([z.number(), z.number()]).nullable(),
  log1p: z.boolean(),
  /** Of the training rows, after clip and log1p. */
  mean: z.number(),
  std: z.number().gt(0),
  degree: z.int(),
  missingIndicator: z.boolean(),
  /** What becomes of outliers before all else; they stay unless given. */
  outliers: fittedOutliersSchema.optional(),
  /** The column holds single precision: a request's number is rounded to it first. */
  single: z.boolean(),
});
export type FittedNormalize = z.infer<typeof fittedNormalizeSchema>;

export function normalizeWidth({ degree, missingIndicator }: FittedNormalize): number {
  return degree + (missingIndicator ? 1 : 0);
}

export function encodeNormalize(fitted: FittedNormalize): NumberFeatureEncoder {
  const { mean, std, degree, missingIndicator, outliers, single } = fitted;
  return {
    form: 'number',
    encode(value, { numbers }, _i, n) {
      const isMissing = Number.isNaN(value);
      const score = isMissing
        ? 0
        : (shaped(fitted, withoutOutlier(outliers, single ? Math.fround(value) : value)) - mean) / std;
      numbers[n] = score;
      if (degree === 2) numbers[n + 1] = score * score;
      if (missingIndicator) numbers[n + degree] = isMissing ? 1 : 0;
    },
  };
}

/** The number clipped and its logarithm taken, as far as that is asked for. */
export function shaped({ clip, log1p }: Pick<FittedNormalize, 'clip' | 'log1p'>, number: number): number {
  const clipped = clip ? Math.min(Math.max(number, clip[0]), clip[1]) : number;
  return log1p ? Math.sign(clipped) * Math.log1p(Math.abs(clipped)) : clipped;
}
