import { z } from 'zod';
import type { TextFeatureEncoder } from './encoder.js';
import { bucketOf } from './murmur3.js';

/**
 * `text`, fitted. Rows of the embedding: 0 for words out of vocabulary and then the vocabulary, or `buckets` for hashed
 * words; after them `bigramBuckets` for hashed pairs of words.
 */
export const fittedTextSchema = z.strictObject({
  transform: z.literal('text'),
  maxTokens: z.int().min(1),
  buckets: z.int().nullable(),
  bigramBuckets: z.int().nullable(),
});
export type FittedText = z.infer<typeof fittedTextSchema>;

/** Runs of letters, marks and digits, lower-cased and in the normal form NFKC; at most `most` of them. */
export function wordsOf(text: string, most: number): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  ).slice(0, most);
}

export function textRows({ buckets, bigramBuckets }: FittedText, vocabularySize: number): number {
  return (buckets ?? vocabularySize + 1) + (bigramBuckets ?? 0);
}

/** Columns of indices: the words, then the pairs of words. */
export function textColumns({ maxTokens, bigramBuckets }: FittedText): number {
  return maxTokens + (bigramBuckets === null ? 0 : maxTokens - 1);
}

export function encodeText(fitted: FittedText, vocabulary: readonly string[]): TextFeatureEncoder {
  const { maxTokens, buckets, bigramBuckets } = fitted;
  const rows = new Map(vocabulary.map((word, i) => [word, i + 1]));
  const rowOf =
    buckets === null ? (word: string) => rows.get(word) ?? 0 : (word: string) => bucketOf(word, buckets);
  const pairs = textRows({ ...fitted, bigramBuckets: null }, vocabulary.length);
  const columns = textColumns(fitted);
  return {
    form: 'text',
    encode([text = null], { indices }, i) {
      indices.fill(-1, i, i + columns);
      const words = text === null ? [] : wordsOf(text, maxTokens);
      words.forEach((word, at) => (indices[i + at] = rowOf(word)));
      if (bigramBuckets === null) return;
      words.slice(1).forEach((word, at) => {
        indices[i + maxTokens + at] = pairs + bucketOf(`${words[at]} ${word}`, bigramBuckets);
      });
    },
  };
}
