import { assertNever } from '@trainyard/shared/common';
import { embeddingDimFor, featureColumns, featureName, type Feature } from '@trainyard/shared/spec/features';
import { z } from 'zod';
import { encodeBoolean, fittedBooleanSchema } from './boolean.js';
import { encodeBucketize, fittedBucketizeSchema } from './bucketize.js';
import { cyclicalWidth, encodeCyclical, fittedCyclicalSchema } from './cyclical.js';
import type { EmbeddedFeature, EncodedFeature } from './encodedFeature.js';
import type { FeatureEncoder } from './encoder.js';
import { encodeHash, fittedHashSchema } from './hash.js';
import { encodeLookup, fittedLookupSchema } from './lookup.js';
import { encodeMulti, fittedMultiSchema, multiRows } from './multi.js';
import { encodeNormalize, fittedNormalizeSchema, normalizeWidth } from './normalize.js';
import { encodeText, fittedTextSchema, textColumns, textRows } from './text.js';

/** What fitting a feature found, without its vocabulary: that is a list of texts of its own. */
export const fittedFeatureSchema = z.discriminatedUnion('transform', [
  fittedLookupSchema,
  fittedHashSchema,
  fittedTextSchema,
  fittedMultiSchema,
  fittedNormalizeSchema,
  fittedBucketizeSchema,
  fittedCyclicalSchema,
  fittedBooleanSchema,
]);
export type FittedFeature = z.infer<typeof fittedFeatureSchema>;

/** The one implementation of every transform, for a row of the training data as for a request. */
export function encoderOf(fitted: FittedFeature, vocabulary: readonly string[]): FeatureEncoder {
  switch (fitted.transform) {
    case 'lookup':
      return encodeLookup(fitted, vocabulary);
    case 'hash':
    case 'cross':
      return encodeHash(fitted);
    case 'text':
      return encodeText(fitted, vocabulary);
    case 'multi':
      return encodeMulti(fitted, vocabulary);
    case 'normalize':
      return encodeNormalize(fitted);
    case 'bucketize':
      return encodeBucketize(fitted);
    case 'cyclical':
      return encodeCyclical(fitted);
    case 'boolean':
      return encodeBoolean(fitted);
    default:
      return assertNever(fitted);
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
  const embedding = (size: number, rows: number, indices = 1): EmbeddedFeature => ({
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
    case 'hash':
    case 'cross':
      return embedding(fitted.buckets, fitted.buckets + 1);
    case 'text':
      return embedding(
        fitted.buckets ?? vocabularySize,
        textRows(fitted, vocabularySize),
        textColumns(fitted),
      );
    case 'multi':
      return {
        ...embedding(fitted.buckets ?? vocabularySize, multiRows(fitted, vocabularySize), fitted.max),
        transform: fitted.transform,
        ...(fitted.pooling !== 'mean' && { pooling: fitted.pooling }),
      };
    case 'bucketize':
      return embedding(fitted.boundaries.length + 1, fitted.boundaries.length + 2);
    case 'normalize':
      return numbers(normalizeWidth(fitted));
    case 'cyclical':
      return numbers(cyclicalWidth(fitted));
    case 'boolean':
      return numbers(fitted.missingIndicator ? 2 : 1);
    default:
      return assertNever(fitted);
  }
}
