import { z } from 'zod';

/** What becomes of numbers that lie far from the mean of the training rows; the same for a row of the data and for a request. */
export const fittedOutliersSchema = z.strictObject({
  /** The least and the greatest number that is none. */
  low: z.number(),
  high: z.number(),
  /** What takes the place of an outlier; null where it becomes the nearer of the two bounds. */
  median: z.number().nullable(),
});
export type FittedOutliers = z.infer<typeof fittedOutliersSchema>;

export function isOutlier({ low, high }: FittedOutliers, value: number): boolean {
  return value < low || value > high;
}

/** The number itself where it is no outlier, or where nothing is to become of outliers; NaN stays. */
export function withoutOutlier(outliers: FittedOutliers | undefined, value: number): number {
  if (!outliers || !isOutlier(outliers, value)) return value;
  return outliers.median ?? (value < outliers.low ? outliers.low : outliers.high);
}
