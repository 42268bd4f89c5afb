import type { EvaluationRows } from '../ranks/evaluationRows.js';
import { excludedOf } from '../ranks/excluded.js';
import type { Interactions } from './interactions.js';
import type { Places } from './places.js';
import type { Ranker } from '../ranks/ranker.js';

interface Asked {
  /** What the user had, and what is left out of the ranking. */
  own: Int32Array;
  excluded: Int32Array;
  places: Int32Array;
}

/** By how many training rows the user has with the item; ties, such as all items never had, by popularity. */
export function history(interactions: Interactions, all: Places): Ranker {
  const { entities, start, items, counts } = interactions;
  // Of one user at a time: how often each item was had, and whether it is left out.
  const times = new Int32Array(entities);
  const isOut = new Uint8Array(entities);
  const rankOf = (target: number, { own, excluded, places }: Asked) => {
    let before = 0;
    for (const had of own) {
      if (isOut[had] === 1) continue;
      if (times[had]! > times[target]! || (times[had] === times[target] && places[had]! < places[target]!))
        before++;
    }
    if (times[target]! > 0) return before;
    // Of items never had, those that sell more: all that do, but for those that were had or are left out.
    before += places[target]!;
    for (const had of own) if (places[had]! < places[target]!) before--;
    for (const out of excluded) if (times[out] === 0 && places[out]! < places[target]!) before--;
    return before;
  };

  return {
    name: 'history',
    settings: {},
    async ranks(rows: EvaluationRows, between) {
      const ranks = new Int32Array(rows.items.length);
      for (const [q, user] of rows.users.entries()) {
        const [from, to] = [start[user] ?? 0, start[user + 1] ?? 0];
        const own = items.subarray(from, to);
        const excluded = excludedOf(rows, q);
        own.forEach((had, i) => (times[had] = counts[from + i]!));
        for (const out of excluded) isOut[out] = 1;
        for (let t = rows.targetStart[q]!; t < rows.targetStart[q + 1]!; t++) {
          ranks[t] = rankOf(rows.items[t]!, { own, excluded, places: all[rows.per] });
        }
        for (const had of own) times[had] = 0;
        for (const out of excluded) isOut[out] = 0;
        await between();
      }
      return ranks;
    },
  };
}
