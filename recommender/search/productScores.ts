/** [items] the products of a vector [width] with those of items [items, width]. */
export function productScores(vector: Float32Array, items: Float32Array): Float64Array {
  const width = vector.length;
  const scores = new Float64Array(items.length / width);
  for (let item = 0, at = 0; item < scores.length; item++) {
    let sum = 0;
    for (let c = 0; c < width; c++, at++) sum += vector[c]! * items[at]!;
    scores[item] = sum;
  }
  return scores;
}
