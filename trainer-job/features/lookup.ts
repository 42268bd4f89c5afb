import type { LookupFeature } from '@trainyard/shared';
import { z } from 'zod';
import type { TextFeatureEncoder } from './encoder.js';
import { bucketOf } from './murmur3.js';

/** `lookup`, fitted: row `oovBuckets` + i of the embedding is value i of the vocabulary. */
export const fittedLookupSchema = z.strictObject({
  transform: z.literal('lookup'),
  oovBuckets: z.int().min(1),
});
export type FittedLookup = z.infer<typeof fittedLookupSchema>;

export function encodeLookup(
  { oovBuckets }: FittedLookup,
  vocabulary: readonly string[],
): TextFeatureEncoder {
  const rows = new Map(vocabulary.map((value, i) => [value, i + oovBuckets]));
  return {
    form: 'text',
    encode([text = null], { indices }, i) {
      if (text === null) indices[i] = 0;
      else indices[i] = rows.get(text) ?? (oovBuckets === 1 ? 0 : bucketOf(text, oovBuckets));
    },
  };
}

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
