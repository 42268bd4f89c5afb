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

/** The products of a vector [width] with the items at the places `from` … `to - 1` of a list, in `products` from 0 on: as `productScores` makes them. */
export function productsOf(
  vector: Float32Array,
  items: Float32Array,
  places: Uint32Array,
  from: number,
  to: number,
  products: Float64Array,
): void {
  const width = vector.length;
  const whole = to - ((to - from) % 4);
  for (let place = from; place < whole; place += 4) {
    const [a, b] = [places[place]! * width, places[place + 1]! * width];
    const [c, d] = [places[place + 2]! * width, places[place + 3]! * width];
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let i = 0; i < width; i++) {
      const value = vector[i]!;
      s0 += value * items[a + i]!;
      s1 += value * items[b + i]!;
      s2 += value * items[c + i]!;
      s3 += value * items[d + i]!;
    }
    products[place - from] = s0;
    products[place - from + 1] = s1;
    products[place - from + 2] = s2;
    products[place - from + 3] = s3;
  }
  for (let place = whole; place < to; place++) {
    products[place - from] = productAt(vector, items, places[place]! * width);
  }
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
