import { chosen, withQueries } from '../chosen.js';
import { type Interactions } from '../interactions.js';
import type { Prepared } from '../maker.js';
import { easeWeights } from './easeWeights.js';
import { itemToItem } from './itemToItem.js';

/** From what fits few interactions to what fits many: a factor of about three lies between them. */
const CANDIDATES = [20, 50, 200, 500] as const;
/** What fits most data that are not too small, where no validation row can be asked for. */
const OTHERWISE = 200;

/**
 * Of so many items, the first of the catalogue, which are the most frequent ones unless the vocabulary was given: an inverse of all for each candidate would take minutes where there are thousands,
 * and what is best of these is that of all, or near it.
 */
const MOST_ITEMS = 1000;

/** The lambda that finds the validation rows best. */
export async function chosenLambda({
  interactions,
  popularity: places,
  validation,
  between,
}: Prepared): Promise<number> {
  const some = withItems(interactions, MOST_ITEMS);
  const all = validation();
  const rows = withQueries(all, Int32Array.from(all.queries.keys()), (item) => item < some.entities);
  const rankerOf = async (lambda: number) => {
    const weights = await easeWeights(some, lambda, between);
    return itemToItem('ease', { lambda }, { weights, interactions: some, places });
  };
  return chosen(CANDIDATES, OTHERWISE, { rows, rankerOf }, between);
}

/** Of the first items of the catalogue alone. */
function withItems(interactions: Interactions, most: number): Interactions {
  const { entities, start, items, counts } = interactions;
  if (entities - 1 <= most) return interactions;
  const kept = items.map((item) => (item <= most ? 1 : 0));
  const keptUntil = new Int32Array(items.length + 1);
  for (let i = 0; i < items.length; i++) keptUntil[i + 1] = keptUntil[i]! + kept[i]!;
  return {
    entities: most + 1,
    start: start.map((at) => keptUntil[at]!),
    items: items.filter((_item, i) => kept[i] === 1),
    counts: counts.filter((_count, i) => kept[i] === 1),
  };
}
