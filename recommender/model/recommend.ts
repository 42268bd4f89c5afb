import { RecommenderError } from '../error.js';
import { topK } from '../search/topK.js';
import { checkKeys, kindOf } from './checkKeys.js';
import type { Catalogue } from './catalogue.js';
import type { Recommendation, RecommendOptions } from './model.js';

/** The best items by `scores` [items], without those that the options leave out. Options are checked before anything is computed. */
export function recommendationsOf(
  { ids, indexOf }: Catalogue,
  scores: () => ArrayLike<number>,
  options: RecommendOptions = {},
): Recommendation[] {
  checkKeys('bad-option', 'the options', options, ['k', 'exclude', 'where']);
  const { k = 10, exclude = [], where } = options;
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new RecommenderError('bad-option', `k is ${String(k)}`, 'give a whole number from 1 on');
  }
  // The characters of a text would be taken for ids.
  if (typeof exclude === 'string' || !(Symbol.iterator in Object(exclude))) {
    throw new RecommenderError('bad-option', `exclude is ${kindOf(exclude)}`, 'give a list or set of ids');
  }
  const excluded = new Set(Array.from(exclude, indexOf));
  const isWanted = (i: number) => !excluded.has(i) && (!where || where(ids[i]!));
  return topK(scores(), k, isWanted).map(({ index, score }) => ({ item: ids[index]!, score }));
}
