import { POOLINGS } from '@trainyard/shared/spec/shape/multi';
import { z } from 'zod';
import type { TextFeatureEncoder } from './encoder.js';
import { listedIn } from './listed.js';
import { rowFinder } from './lookup.js';
import { bucketOf } from './murmur3.js';

/**
 * A `lookup` or `hash` of several values a row, fitted. Rows of the embedding: `oovBuckets` for values out of vocabulary and then the
 * vocabulary, or `buckets` for hashed values. A row without any value has no rows of the embedding, and its vector is 0.
 */
export const fittedMultiSchema = z.strictObject({
  transform: z.literal('multi'),
  /** What stands between values; null where the column holds lists. */
  delimiter: z.string().min(1).nullable(),
  max: z.int().min(2),
  pooling: z.enum(POOLINGS),
  oovBuckets: z.int().min(1),
  buckets: z.int().min(2).nullable(),
});
export type FittedMulti = z.infer<typeof fittedMultiSchema>;

/** The values of a row, in their order; one that stands twice counts twice. */
export function valuesOf(text: string, { delimiter }: Pick<FittedMulti, 'delimiter'>): string[] {
  const values = delimiter === null ? listedIn(text) : text.split(delimiter);
  return values.map((value) => value.trim()).filter((value) => value !== '');
}

export function multiRows({ buckets, oovBuckets }: FittedMulti, vocabularySize: number): number {
  return buckets ?? vocabularySize + oovBuckets;
}

export function encodeMulti(fitted: FittedMulti, vocabulary: readonly string[]): TextFeatureEncoder {
  const { max, buckets } = fitted;
  const rowOf =
    buckets === null ? rowFinder(fitted, vocabulary) : (value: string) => bucketOf(value, buckets);
  return {
    form: 'text',
    encode([text = null], { indices }, i) {
      indices.fill(-1, i, i + max);
      if (text === null) return;
      const values = valuesOf(text, fitted).slice(0, max);
      values.forEach((value, at) => (indices[i + at] = rowOf(value)));
    },
  };
}
