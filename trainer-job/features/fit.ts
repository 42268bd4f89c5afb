/** Fitting, on what the training rows hold and nothing else. */
import type { FittedOutliers } from '@trainyard/recommender/encode/outliers';
import type { FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import { assertNever, type Feature, type FeatureOf, type TimeUnit } from '@trainyard/shared';
import { fitBucketize } from './fitBucketize.js';
import { fitNormalize } from './fitNormalize.js';
import { fitMulti } from './fitMulti.js';
import { fitText } from './fitText.js';
import { vocabularyOf, type Counted } from './vocabulary.js';

/** The features that take their columns as texts, and those that take one as a number or a time. */
export type TextFeature = FeatureOf<'lookup' | 'hash' | 'text' | 'boolean' | 'cross'>;
export type NumberFeature = FeatureOf<'normalize' | 'bucketize' | 'cyclical'>;

export function isTextFeature(feature: Feature): feature is TextFeature {
  return ['lookup', 'hash', 'text', 'boolean', 'cross'].includes(feature.transform);
}

export interface Fit {
  fitted: FittedFeature;
  vocabulary: string[];
}

/** From the distinct texts of the feature's column and the number of training rows that have each; `fixed` is its vocabulary where that is given. */
export function fitTexts(feature: TextFeature, counted: readonly Counted[], fixed?: readonly string[]): Fit {
  if ('multi' in feature && feature.multi) return fitMulti(feature, feature.multi, counted, fixed);
  switch (feature.transform) {
    case 'lookup':
      return {
        fitted: { transform: feature.transform, oovBuckets: feature.oovBuckets },
        vocabulary: fixed ? [...fixed] : vocabularyOf(counted, feature),
      };
    case 'text':
      return fitText(feature, counted, fixed);
    case 'hash':
    case 'cross':
      return { fitted: { transform: feature.transform, buckets: feature.buckets }, vocabulary: [] };
    case 'boolean': {
      const { transform, missingIndicator } = feature;
      return { fitted: { transform, missingIndicator }, vocabulary: [] };
    }
    default:
      return assertNever(feature);
  }
}

/** What is known of a column of numbers beside them. */
interface NumbersFound {
  single: boolean;
  unit?: TimeUnit | undefined;
  /** What becomes of outliers; the numbers have none any more where it is given. */
  outliers?: FittedOutliers | undefined;
}

/**
 * From the numbers of the training rows that have one, at least one; `single` when the source has single precision, `unit` of times
 * that are numbers there.
 */
export function fitNumbers(
  feature: NumberFeature,
  numbers: Float64Array,
  { single, unit, outliers }: NumbersFound,
): FittedFeature {
  switch (feature.transform) {
    case 'normalize':
      return { ...fitNormalize(feature, numbers, single), ...(outliers && { outliers }) };
    case 'bucketize':
      return { ...fitBucketize(feature, numbers, single), ...(outliers && { outliers }) };
    case 'cyclical': {
      const { transform, periods, missingIndicator } = feature;
      // Seconds need no word: they are what models of before mean, and what servers of before understand.
      return { transform, periods, missingIndicator, ...(unit && unit !== 's' && { unit }) };
    }
    default:
      return assertNever(feature);
  }
}
