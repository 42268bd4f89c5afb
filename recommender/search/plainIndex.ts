import { lengthAt, productScores } from './productScores.js';
import type { ItemIndex } from './itemIndex.js';
import { topK } from './topK.js';

/** The index that every machine has: all scores, from the float32 numbers. `vectors` is [items, width], row-major. */
export function plainIndex(vectors: Float32Array, width: number): ItemIndex {
  const search: ItemIndex['search'] = (vector, k, isWanted) =>
    topK(productScores(vector, vectors), k, isWanted);
  return {
    search,
    searchMany: (queries, k, isWanted) => queries.map((vector, row) => search(vector, k, isWanted(row))),
    nearest: (vector, k, isWanted) => topK(cosines(vector, vectors, width), k, isWanted),
  };
}

function cosines(vector: Float32Array, vectors: Float32Array, width: number): Float64Array {
  const scores = productScores(vector, vectors);
  const length = lengthAt(vector, 0, width);
  for (let i = 0; i < scores.length; i++) {
    const lengths = length * lengthAt(vectors, i * width, width);
    scores[i] = lengths > 0 ? scores[i]! / lengths : 0;
  }
  return scores;
}
