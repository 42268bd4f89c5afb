import type { FittedText } from '@trainyard/recommender/encode/text';
import type { FeatureOf } from '@trainyard/shared';
import { countedParts } from './parts.js';
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
  return { fitted, vocabulary: vocabularyOf(countedParts(fitted, counted), feature) };
}
