import { encodeLookup } from '@trainyard/recommender/encode/lookup';
import { textOf, type FeatureValue } from '@trainyard/recommender/encode/value';

/** Encodes single values by a vocabulary, as a server does. */
export function lookupOf(vocabulary: readonly string[]): (value: FeatureValue) => number {
  const encoder = encodeLookup({ transform: 'lookup', oovBuckets: 1 }, vocabulary);
  return (value) => {
    const to = { indices: new Int32Array(1), numbers: new Float32Array(0) };
    encoder.encode([textOf(value)], to, 0, 0);
    return to.indices[0]!;
  };
}
