/** How alike items are: the cosine of what the candidate tower made of them. */
import type { Reason } from './model.js';

/** So many purchases are named for each recommendation. */
const REASONS = 3;

export interface Profiles {
  /** [items, width] row-major. */
  vectors: Float32Array;
  width: number;
}

/** The items among `own`, positions in the catalogue, that are nearest to the one at `index`, which is not its own reason. */
export function reasonsOf(
  { vectors, width }: Profiles,
  index: number,
  own: Uint32Array,
  idAt: (index: number) => string,
): Reason[] {
  const row = (i: number) => vectors.subarray(i * width, (i + 1) * width);
  const [vector, length] = [row(index), lengthOf(row(index))];
  return Array.from(own)
    .filter((other) => other !== index)
    .map((other) => ({ other, similarity: cosine(vector, length, row(other)) }))
    .toSorted((a, b) => b.similarity - a.similarity || a.other - b.other)
    .slice(0, REASONS)
    .map(({ other, similarity }) => ({ item: idAt(other), similarity }));
}

function cosine(a: Float32Array, lengthOfA: number, b: Float32Array): number {
  const lengths = lengthOfA * lengthOf(b);
  return lengths > 0 ? productOf(a, b) / lengths : 0;
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(productOf(vector, vector));
}

function productOf(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
  return sum;
}
