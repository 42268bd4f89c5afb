import { assertNever, embeddingDimFor, featureColumns, featureName, type Feature } from '@trainyard/shared';
import { z } from 'zod';
import type { EncodedFeature } from './encodedFeature.js';
import type { FeatureEncoder } from './encoder.js';
import { encodeLookup, fittedLookupSchema } from './lookup.js';
import { encodeNormalize, fittedNormalizeSchema, normalizeWidth } from './normalize.js';
import type { ValueForm } from './value.js';

/** What fitting a feature found, without its vocabulary: that is a list of texts of its own. */
export const fittedFeatureSchema = z.discriminatedUnion('transform', [
  fittedLookupSchema,
  fittedNormalizeSchema,
]);
export type FittedFeature = z.infer<typeof fittedFeatureSchema>;

/** The one implementation of every transform, for a row of the training data as for a request. */
export function encoderOf(fitted: FittedFeature, vocabulary: readonly string[]): FeatureEncoder {
  switch (fitted.transform) {
    case 'lookup':
      return encodeLookup(fitted, vocabulary);
    case 'normalize':
      return encodeNormalize(fitted);
    default:
      return assertNever(fitted);
  }
}

/** The form in which a feature takes its columns' values. */
export function formOf(transform: Feature['transform']): ValueForm {
  switch (transform) {
    case 'lookup':
      return 'text';
    case 'normalize':
      return 'number';
    default:
      return assertNever(transform);
  }
}

/** The columns that a fitted feature is encoded in, and what the model makes of them. */
export function encodedFeatureOf(
  feature: Feature,
  fitted: FittedFeature,
  vocabularySize: number,
): EncodedFeature {
  const common = {
    name: featureName(feature),
    columns: [...featureColumns(feature)],
    transform: feature.transform,
  };
  const embedding = (size: number, rows: number, indices = 1): EncodedFeature => ({
    ...common,
    kind: 'embedding',
    rows,
    dim: ('dim' in feature ? feature.dim : undefined) ?? embeddingDimFor(size),
    indices,
  });
  const numbers = (width: number): EncodedFeature => ({ ...common, kind: 'numbers', width });
  switch (fitted.transform) {
    case 'lookup':
      return embedding(vocabularySize, vocabularySize + fitted.oovBuckets);
    case 'normalize':
      return numbers(normalizeWidth(fitted));
    default:
      return assertNever(fitted);
  }
}
