/**
 * The highest products as the nearest points: each item gets one number more, so that all are as long as the longest, and a query the number 0.
 * The squared distance of such an item and a query of length 1 is then 2 - 2 · product / (longest · length of the query). Graphs need
 * this: by products alone, which are no distance, a few long items are everybody's neighbours. Source: Bachrach and others, Speeding up the Xbox
 * recommender system using a Euclidean transformation for inner-product spaces, RecSys 2014, https://doi.org/10.1145/2645710.2645741.
 */
import { lengthAt } from '../search/productScores.js';

/** The length of the longest of the vectors [items, width]; 1 where all of them are zeros. */
export function longestOf(vectors: Float32Array, width: number): number {
  let longest = 0;
  for (let at = 0; at < vectors.length; at += width)
    longest = Math.max(longest, lengthAt(vectors, at, width));
  return longest > 0 ? longest : 1;
}

/** [to - from, width + 1] the items at these places, each of length 1. */
export function unitItems(
  vectors: Float32Array,
  width: number,
  longest: number,
  from: number,
  to: number,
): Float32Array {
  const points = new Float32Array((to - from) * (width + 1));
  for (let item = from, at = 0; item < to; item++) {
    let rest = 1;
    for (let i = item * width; i < (item + 1) * width; i++) {
      const value = vectors[i]! / longest;
      points[at++] = value;
      rest -= value * value;
    }
    points[at++] = Math.sqrt(Math.max(rest, 0));
  }
  return points;
}

/** [width + 1] a query, whose length is given and not 0. */
export function unitQuery(vector: Float32Array, length: number): Float32Array {
  const point = new Float32Array(vector.length + 1);
  for (let i = 0; i < vector.length; i++) point[i] = vector[i]! / length;
  return point;
}
