import { whole, type LeftOut } from '@trainyard/shared';
import type { Interactions } from '../interactions.js';
import { titleOf } from '../maker.js';

/** Of what is computed for all pairs of items: 400 MB at that many, and minutes for an inverse. */
const MOST_ITEMS = 10_000;

export function tooManyItems(name: 'itemKnn' | 'ease', { entities }: Interactions): LeftOut | undefined {
  const items = entities - 1;
  if (items <= MOST_ITEMS) return undefined;
  return {
    what: titleOf(name),
    why: `the catalogue has ${whole(items)} items, and it is computed for at most ${whole(MOST_ITEMS)}`,
    remedy:
      'a greater minCount of the candidate id makes the catalogue smaller; without the baseline in evaluation.baselines it is not asked for',
  };
}
