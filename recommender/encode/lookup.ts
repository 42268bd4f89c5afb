import { z } from 'zod';
import type { TextFeatureEncoder } from './encoder.js';
import { bucketOf } from './murmur3.js';

/** `lookup`, fitted: row `oovBuckets` + i of the embedding is value i of the vocabulary. */
export const fittedLookupSchema = z.strictObject({
  transform: z.literal('lookup'),
  oovBuckets: z.int().min(1),
});
export type FittedLookup = z.infer<typeof fittedLookupSchema>;

/** Makes what tells the row of a value: its own, or one that values out of vocabulary share. */
export function rowFinder(
  { oovBuckets }: Pick<FittedLookup, 'oovBuckets'>,
  vocabulary: readonly string[],
): (value: string) => number {
  const rows = new Map(vocabulary.map((value, i) => [value, i + oovBuckets]));
  return (value) => rows.get(value) ?? (oovBuckets === 1 ? 0 : bucketOf(value, oovBuckets));
}

export function encodeLookup(fitted: FittedLookup, vocabulary: readonly string[]): TextFeatureEncoder {
  const rowOf = rowFinder(fitted, vocabulary);
  return {
    form: 'text',
    encode([text = null], { indices }, i) {
      indices[i] = text === null ? 0 : rowOf(text);
    },
  };
}
