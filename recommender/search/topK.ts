import { Best, type Found } from './best.js';

/**
 * The `k` highest scores, best first; of equal ones the lower index comes first. `isWanted` is asked about those places only
 * that would be among them. A heap of k: the cost is that of reading the scores once, and little more.
 */
export function topK(
  scores: ArrayLike<number>,
  k: number,
  isWanted: (index: number) => boolean = () => true,
): Found[] {
  const best = new Best(k, scores.length);
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index]!;
    if (best.wouldKeep(index, score) && isWanted(index)) best.add(index, score);
  }
  return best.drained();
}
