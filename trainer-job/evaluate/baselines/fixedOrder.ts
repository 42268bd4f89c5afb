import type { EvaluationRows } from '../ranks/evaluationRows.js';
import type { Ranker } from '../ranks/ranker.js';
import { excludedOf } from '../ranks/excluded.js';
import type { Places } from './places.js';

/** The same order of items for everybody. */
export function fixedOrder(name: string, settings: Ranker['settings'], all: Places): Ranker {
  return {
    name,
    settings,
    async ranks(rows: EvaluationRows, between) {
      const places = all[rows.per];
      const ranks = new Int32Array(rows.items.length);
      for (let q = 0; q < rows.queries.length; q++) {
        const excluded = excludedOf(rows, q);
        for (let t = rows.targetStart[q]!; t < rows.targetStart[q + 1]!; t++) {
          const place = places[rows.items[t]!]!;
          let before = 0;
          for (const item of excluded) if (places[item]! < place) before++;
          ranks[t] = place - before;
        }
        await between();
      }
      return ranks;
    },
  };
}
