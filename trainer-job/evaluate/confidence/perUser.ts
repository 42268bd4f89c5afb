/** Metrics that are means, by user: what values and intervals are both made of. */

/**
 * A mean over rows or over users, Σ `sums` / Σ `weights`. Users are drawn whole, so that what a user's rows have in common
 * counts once.
 */
export interface PerUserMean {
  /** [users] Σ of the values of the user's rows; of a mean over users, the user's own value. */
  sums: Float64Array;
  /** [users] the number of those rows; of a mean over users, 1. Metrics of the same rows share the array. */
  weights: Float64Array;
}

export interface PerUserMeans {
  /** [users] the row of each user's id in its vocabulary. */
  users: Int32Array;
  /** By the name of the metric. */
  means: ReadonlyMap<string, PerUserMean>;
}

/** Undefined where nothing has a weight. */
export function meanOf({ sums, weights }: PerUserMean): number | undefined {
  const weight = total(weights);
  return weight > 0 ? total(sums) / weight : undefined;
}

function total(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
