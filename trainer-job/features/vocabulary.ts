import type { LookupFeature } from '@trainyard/shared';

/** A value and the number of training rows that have it. */
export interface Counted {
  text: string;
  rows: number;
}

/** How often each value stands in the training rows, whose texts hold several each; in the order of the values, whatever row came first. */
export function countedValues(
  counted: readonly Counted[],
  valuesOf: (text: string) => readonly string[],
): Counted[] {
  const counts = new Map<string, number>();
  for (const { text, rows } of counted) {
    if (rows === 0) continue;
    for (const value of valuesOf(text)) counts.set(value, (counts.get(value) ?? 0) + rows);
  }
  const values = Array.from(counts, ([text, rows]) => ({ text, rows }));
  return values.toSorted((a, b) => (a.text < b.text ? -1 : 1));
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
