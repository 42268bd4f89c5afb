import { wordsOf, type FittedText } from '@trainyard/recommender/encode/text';
import type { FeatureOf } from '@trainyard/shared';
import { vocabularyOf, type Counted } from './vocabulary.js';

/** The vocabulary counts a word once for each time that it stands in a training row. */
export function fitText(
  feature: FeatureOf<'text'>,
  counted: readonly Counted[],
  fixed?: readonly string[],
): { fitted: FittedText; vocabulary: string[] } {
  const { maxTokens, buckets = null, bigramBuckets = null } = feature;
  const fitted: FittedText = { transform: 'text', maxTokens, buckets, bigramBuckets };
  if (buckets !== null) return { fitted, vocabulary: [] };
  if (fixed) return { fitted, vocabulary: [...fixed] };
  const counts = new Map<string, number>();
  for (const { text, rows } of counted) {
    if (rows === 0) continue;
    for (const word of wordsOf(text, maxTokens)) counts.set(word, (counts.get(word) ?? 0) + rows);
  }
  const words = Array.from(counts, ([text, rows]) => ({ text, rows }));
  // Ties in the order of the words, whatever row came first.
  words.sort((a, b) => (a.text < b.text ? -1 : 1));
  return { fitted, vocabulary: vocabularyOf(words, feature) };
}
