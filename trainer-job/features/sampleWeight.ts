/** What makes some training rows count more than others (Keras' `sample_weight`). */

const DAY_SECONDS = 86_400;

/** [rows] 2^(-age / half-life) for times in seconds, the age being that against the newest of them. */
export function weightsByAge(times: Float64Array, halfLifeDays: number): Float64Array {
  let newest = -Infinity;
  for (const time of times) newest = Math.max(newest, time);
  return times.map((time) => 2 ** ((time - newest) / DAY_SECONDS / halfLifeDays));
}

/** The weights times what makes them 1 on the average, so that the learning rate means the same; at least one is above 0. */
export function averagingOne(weights: Float64Array): Float32Array {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, weight);
  // The largest is divided out first: a sum of huge numbers would not be finite.
  let sum = 0;
  for (const weight of weights) sum += weight / largest;
  return Float32Array.from(weights, (weight) => (weight / largest / sum) * weights.length);
}
