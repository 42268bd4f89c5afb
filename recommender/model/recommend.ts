import { RecommenderError } from '../error.js';
import { topK } from '../search/topK.js';
import type { Catalogue } from './catalogue.js';
import type { Recommendation, RecommendOptions } from './model.js';

/** The best items by `scores` [items], without those that the options leave out. Options are checked before anything is computed. */
export function recommendationsOf(
  { ids, indexOf }: Catalogue,
  scores: () => ArrayLike<number>,
  { k = 10, exclude = [], where }: RecommendOptions = {},
): Recommendation[] {
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new RecommenderError('bad-option', `k is ${String(k)}`, 'give a whole number from 1 on');
  }
  const excluded = new Set(Array.from(exclude, indexOf));
  const isWanted = (i: number) => !excluded.has(i) && (!where || where(ids[i]!));
  return topK(scores(), k, isWanted).map(({ index, score }) => ({ item: ids[index]!, score }));
}
