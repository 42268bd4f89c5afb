import type { Interactions } from '../interactions.js';
import { invert } from './inverse.js';
import { coOccurrences, weightsOf, type ItemWeights } from './weights.js';

/**
 * B = I - P diag(P)⁻¹ with P = (XᵀX + λI)⁻¹, X being the binary interactions [users, items]: the linear model of an item by all
 * others with the least squared error and an L2 penalty of λ. Fails with a `NotPositiveDefiniteError` where λ is too small for
 * doubles. H. Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019.
 */
export async function easeWeights(
  interactions: Interactions,
  lambda: number,
  between: () => Promise<void>,
): Promise<ItemWeights> {
  const matrix = await coOccurrences(interactions, between);
  for (let item = 0; item < matrix.size; item++) matrix.add(item, item, lambda);
  await invert(matrix, between);
  const own = Float64Array.from({ length: matrix.size }, (_, item) => matrix.at(item, item));
  return weightsOf(matrix, (value, _row, column) => -value / own[column]!, between);
}
