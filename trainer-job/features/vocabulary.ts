import type { LookupFeature } from '@trainyard/shared';

/** A value and the number of training rows that have it. */
export interface Counted {
  text: string;
  rows: number;
}

/** The values that occur often enough, the most frequent first, ties in the order given; the order of their texts. */
export function vocabularyOf(
  counted: readonly Counted[],
  { minCount, maxSize }: Pick<LookupFeature, 'minCount' | 'maxSize'>,
): string[] {
  return counted
    .filter(({ rows }) => rows >= minCount)
    .toSorted((a, b) => b.rows - a.rows)
    .slice(0, maxSize)
    .map(({ text }) => text);
}
