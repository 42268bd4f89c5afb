import type { Interactions } from '../interactions.js';
import type { Maker } from '../maker.js';
import { itemToItem } from './itemToItem.js';
import { tooManyItems } from './tooManyItems.js';
import { coOccurrences, weightsOf, type ItemWeights } from './weights.js';

export const itemKnn: Maker = async ({ interactions, popularity: places, between }) => {
  const leftOut = tooManyItems('itemKnn', interactions);
  if (leftOut) return leftOut;
  const weights = await itemKnnWeights(interactions, between);
  return itemToItem('itemKnn', {}, { weights, interactions, places });
};

/**
 * The cosine of the binary interactions of two items, of all neighbours, without shrinkage; no item is its own neighbour.
 * G. Linden, B. Smith and J. York, "Amazon.com recommendations: item-to-item collaborative filtering", 2003.
 */
async function itemKnnWeights(
  interactions: Interactions,
  between: () => Promise<void>,
): Promise<ItemWeights> {
  const together = await coOccurrences(interactions, between);
  const norms = Float64Array.from({ length: together.size }, (_, item) => Math.sqrt(together.at(item, item)));
  // An item that no known user had has neither neighbours nor a norm.
  const cosine = (both: number, a: number, b: number) => (both === 0 ? 0 : both / (norms[a]! * norms[b]!));
  return weightsOf(together, cosine, between);
}
