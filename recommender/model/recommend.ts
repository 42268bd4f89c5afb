import type { FeatureValues } from '../encode/value.js';
import { RecommenderError } from '../error.js';
import type { Found } from '../search/best.js';
import { isObject, kindOf } from './checkKeys.js';
import type { ItemId, Recommendation, RecommendOptions, SimilarItem, SimilarOptions } from './model.js';
import { recommendWishes, similarWishes, type Shelf } from './options.js';
import { reasonsOf, type Profiles } from './profiles.js';
import type { Scorer } from './scorer.js';

/** The best items of each query, without those that the options leave out. */
export function recommendationsOf(
  shelf: Shelf,
  scorer: Scorer,
  queries: readonly FeatureValues[],
  options: RecommendOptions = {},
): Recommendation[][] {
  const { k, explain, wantedBy } = recommendWishes(shelf, options);
  if (!Array.isArray(queries)) {
    throw new RecommenderError('bad-value', `the queries are ${kindOf(queries)}`, 'give a list of objects');
  }
  const found = scorer.best(queries, k, wantedBy);
  const { idAt } = shelf.catalogue;
  return found.map((best, row) => {
    const own = explain ? shelf.seenBy!(queries[row]) : undefined;
    return best.map(({ index, score }) => ({
      item: idAt(index),
      score,
      ...(own && { because: reasonsOf(scorer.profiles(), index, own, idAt) }),
    }));
  });
}

/** The items that are most like an item of the catalogue, or like one of which `profileOf` makes a vector. */
export function similarTo(
  shelf: Shelf,
  scorer: Scorer,
  profileOf: (values: FeatureValues) => Float32Array,
  item: ItemId | FeatureValues,
  options: SimilarOptions = {},
): SimilarItem[] {
  const { idAt } = shelf.catalogue;
  const index = isObject(item) ? -1 : knownPlace(shelf, item);
  const { k, isWanted } = similarWishes(shelf, options, index);
  const vector = isObject(item) ? profileOf(item) : rowOf(scorer.profiles(), index);
  return scorer
    .nearest(vector, k, isWanted)
    .map(({ index: at, score }: Found) => ({ item: idAt(at), score }));
}

/** The place of an item; throws where the catalogue has none of that id. */
export function knownPlace({ catalogue }: Shelf, item: ItemId): number {
  const index = catalogue.indexOf(item);
  if (index >= 0) return index;
  throw new RecommenderError(
    'unknown-item',
    `"${String(item)}" is none of the ${catalogue.size} items that the model knows`,
    `give the id of one as the data have it, such as "${catalogue.ids[0] ?? ''}"; or, to find what is like a new item, an object of its values by column`,
  );
}

function rowOf({ vectors, width }: Profiles, index: number): Float32Array {
  return vectors.subarray(index * width, (index + 1) * width);
}
