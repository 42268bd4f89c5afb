import type { EvaluationRows } from '../../ranks/evaluationRows.js';
import type { Ranker } from '../../ranks/ranker.js';
import { excludedOf } from '../../ranks/excluded.js';
import { itemsOf, type Interactions } from '../interactions.js';
import type { Places } from '../places.js';
import { rankTargets } from './rankedTargets.js';
import type { ItemWeights } from './weights.js';

/**
 * Scores an item by the sum of its weights from what the user had in train; ties, such as all items for a user who had nothing,
 * by popularity (`places`).
 */
export function itemToItem(
  name: string,
  settings: Ranker['settings'],
  { weights, interactions, places }: { weights: ItemWeights; interactions: Interactions; places: Places },
): Ranker {
  return {
    name,
    settings,
    async ranks(rows: EvaluationRows, between) {
      const ranks = new Int32Array(rows.items.length);
      // A user's queries one after the other, so that each user is scored once.
      const order = Int32Array.from(rows.users.keys()).toSorted((a, b) => rows.users[a]! - rows.users[b]!);
      const scores = new Float64Array(interactions.entities);
      const kept = new Float64Array(interactions.entities);
      let scored = -1;
      for (const q of order) {
        const user = rows.users[q]!;
        if (user !== scored) addWeights(scores.fill(0), weights, itemsOf(interactions, user));
        scored = user;
        kept.set(scores);
        for (const item of excludedOf(rows, q)) kept[item] = -Infinity;
        rankTargets(rows, q, kept, places[rows.per], ranks);
        await between();
      }
      return ranks;
    },
  };
}

/** `scores` [entities], of which entity 0 is no item. */
function addWeights(scores: Float64Array, weights: ItemWeights, had: Int32Array): void {
  for (const item of had) {
    const row = weights[item - 1]!;
    for (let i = 0; i < row.length; i++) scores[i + 1]! += row[i]!;
  }
}
