/** [items] the products of a vector [width] with those of items [items, width]. */
export function productScores(vector: Float32Array, items: Float32Array): Float64Array {
  const width = vector.length;
  const scores = new Float64Array(items.length / width);
  const whole = scores.length - (scores.length % 4);
  // Four sums at once, for a sum waits for its last addition; each is made in the order of the loop below.
  for (let item = 0; item < whole; item += 4) {
    const at = item * width;
    const [b, c, d] = [at + width, at + 2 * width, at + 3 * width];
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let i = 0; i < width; i++) {
      const value = vector[i]!;
      s0 += value * items[at + i]!;
      s1 += value * items[b + i]!;
      s2 += value * items[c + i]!;
      s3 += value * items[d + i]!;
    }
    scores[item] = s0;
    scores[item + 1] = s1;
    scores[item + 2] = s2;
    scores[item + 3] = s3;
  }
  for (let item = whole; item < scores.length; item++) {
    scores[item] = productAt(vector, items, item * width);
  }
  return scores;
}

/** The product of a vector with the numbers of `items` from `at` on. */
export function productAt(vector: Float32Array, items: Float32Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * items[at + i]!;
  return sum;
}

export function lengthAt(items: Float32Array, at: number, width: number): number {
  let sum = 0;
  for (let i = at; i < at + width; i++) sum += items[i]! * items[i]!;
  return Math.sqrt(sum);
}
