import type { FittedMulti } from '@trainyard/recommender/encode/multi';
import type { FeatureOf } from '@trainyard/shared';
import type { Multi } from '@trainyard/shared/spec/shape/multi';
import { countedParts } from './parts.js';
import { vocabularyOf, type Counted } from './vocabulary.js';

/** The vocabulary of a lookup counts a value once for each time that it stands in a training row; a hash has none. */
export function fitMulti(
  feature: FeatureOf<'lookup' | 'hash'>,
  { delimiter, max, pooling }: Multi,
  counted: readonly Counted[],
  fixed?: readonly string[],
): { fitted: FittedMulti; vocabulary: string[] } {
  const common = { transform: 'multi', delimiter: delimiter ?? null, max, pooling } as const;
  if (feature.transform === 'hash')
    return { fitted: { ...common, oovBuckets: 1, buckets: feature.buckets }, vocabulary: [] };
  const fitted: FittedMulti = { ...common, oovBuckets: feature.oovBuckets, buckets: null };
  if (fixed) return { fitted, vocabulary: [...fixed] };
  return { fitted, vocabulary: vocabularyOf(countedParts(fitted, counted), feature) };
}
