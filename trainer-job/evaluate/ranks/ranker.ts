import type { EvaluationRows } from './evaluationRows.js';

/** What puts the items of a catalogue in an order for a query: a model, or a simple method that it is compared with. */
export interface Ranker {
  /** As reports call it: `popularity`. */
  readonly name: string;
  /** What it was computed with, such as what was chosen on the validation rows. */
  readonly settings: Readonly<Record<string, string | number | null>>;
  /**
   * [targets] for each target of the rows, how many items of the catalogue that are not left out score strictly higher than it.
   * What `between` throws, which is called often, ends it.
   */
  ranks(rows: EvaluationRows, between: () => Promise<void>): Promise<Int32Array>;
}

/**
 * [targets] the places of targets by their ranks. Rows ask for one item each, so that place and rank are one. A user who is
 * asked for once has one list, in which no two items have the same place: targets of one rank score alike, and come in the
 * order of the catalogue.
 */
export function placesOf({ per, targetStart, items }: EvaluationRows, ranks: Int32Array): Int32Array {
  if (per === 'row') return ranks;
  const places = ranks.slice();
  for (let q = 0; q + 1 < targetStart.length; q++) {
    const [from, to] = [targetStart[q]!, targetStart[q + 1]!];
    const order = Array.from({ length: to - from }, (_, i) => from + i).toSorted(
      (a, b) => ranks[a]! - ranks[b]! || items[a]! - items[b]!,
    );
    let first = 0;
    order.forEach((target, i) => {
      if (ranks[target] !== ranks[order[first]!]) first = i;
      places[target]! += i - first;
    });
  }
  return places;
}
