/** What several runs' values of one metric come to. */

export interface Statistics {
  /** The number of values. */
  count: number;
  mean: number;
  /** The standard deviation of a sample, whose squares are divided by one less than the count; null of a single value. */
  std: number | null;
  min: number;
  max: number;
}

/** Null of no value. Values are finite; the squares are of differences to the mean, so that large values do not cancel out. */
export function statisticsOf(values: readonly number[]): Statistics | null {
  const [first] = values;
  if (first === undefined) return null;
  let [sum, min, max] = [0, first, first];
  for (const value of values) {
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  // Equal values have no spread, whatever rounding makes of their sum.
  if (min === max) return { count: values.length, mean: min, std: values.length > 1 ? 0 : null, min, max };
  const mean = sum / values.length;
  const squares = values.reduce((total, value) => total + (value - mean) ** 2, 0);
  return { count: values.length, mean, std: Math.sqrt(squares / (values.length - 1)), min, max };
}
