import { z } from 'zod';
import type { TextFeatureEncoder } from './encoder.js';
import { bucketOf } from './murmur3.js';

/** `hash` and `cross`: row 0 of the embedding is for null, row 1 + h for hash h. Nothing is fitted. */
export const fittedHashSchema = z.strictObject({
  transform: z.enum(['hash', 'cross']),
  buckets: z.int().min(2),
});
export type FittedHash = z.infer<typeof fittedHashSchema>;

/** Several texts are hashed as a list in JSON, which no other list looks like; one null among them makes it null. */
export function encodeHash({ buckets }: FittedHash): TextFeatureEncoder {
  return {
    form: 'text',
    encode(texts, { indices }, i) {
      const [first = null] = texts;
      if (first === null || texts.includes(null)) indices[i] = 0;
      else indices[i] = 1 + bucketOf(texts.length === 1 ? first : JSON.stringify(texts), buckets);
    },
  };
}
