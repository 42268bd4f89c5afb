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
