import type { Recommendation, RecommenderModel } from '@trainyard/recommender';
import { readVectors } from '@trainyard/recommender/model/catalogue';
import { readDirectory } from '@trainyard/recommender/node';
import { productScores } from '@trainyard/recommender/search/productScores';
import { topK } from '@trainyard/recommender/search/topK';

/** The items whose vectors have the largest cosine with that of an item, which is left out, by its place in the catalogue. */
export async function openSimilar(
  folder: string,
  { items, width }: RecommenderModel,
  allowed: Uint8Array | null,
): Promise<(item: number, k: number) => Recommendation[]> {
  const vectors = await readVectors(readDirectory(folder), items.length, width);
  const unit = new Float32Array(vectors.length);
  for (let from = 0; from < vectors.length; from += width) {
    const vector = vectors.subarray(from, from + width);
    const length = Math.hypot(...vector);
    // The vector of an item that has none stays 0, and is near nothing.
    if (length > 0)
      unit.set(
        vector.map((value) => value / length),
        from,
      );
  }
  return (item, k) => {
    const scores = productScores(unit.slice(item * width, (item + 1) * width), unit);
    const found = topK(scores, k, (i) => i !== item && (!allowed || allowed[i] === 1));
    return found.map(({ index, score }) => ({ item: items[index] ?? '', score }));
  };
}
