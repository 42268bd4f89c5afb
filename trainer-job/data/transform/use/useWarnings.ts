/** What is said of features that tell training rows apart by little or nothing, though their columns do. */
import {
  featureColumns,
  featureName,
  runWarning,
  type Feature,
  type RunWarning,
  type TrainingSpec,
  whole,
} from '@trainyard/shared';
import { assertNever } from '@trainyard/shared/common';
import type { FeatureUse } from './featureUse.js';

/** Beyond this share of the rows that have a value, it is the rule that it counts as none. */
const UNREAD_SHARE = 0.5;

/** `constant` are columns that are the same, or null, in all rows: the validation says so. */
export function useWarnings(
  found: readonly FeatureUse[],
  { features }: Pick<TrainingSpec, 'features'>,
  constant: ReadonlySet<string>,
): RunWarning[] {
  return found.flatMap((use) => {
    const feature = features[use.tower].find((one) => featureName(one) === use.feature);
    if (!feature) return [];
    return [...cutWarning(use, feature), ...wholeWarnings(use, feature, constant)];
  });
}

function wholeWarnings(use: FeatureUse, feature: Feature, constant: ReadonlySet<string>): RunWarning[] {
  if (use.unread > UNREAD_SHARE * use.held) return [unreadWarning(use, feature)];
  if (featureColumns(feature).every((column) => constant.has(column))) return [];
  // Rows with the one value that there is are told from those without one, and no more is to be had of the column.
  if (use.same === null || (use.same === 'held' && use.values < 2)) return [];
  return [sameWarning(use, feature)];
}

/** The first words or values of a row count, and the rest nowhere. */
function cutWarning(use: FeatureUse, feature: Feature): RunWarning[] {
  const { cut, held, rows } = use;
  if (!cut) return [];
  const isText = feature.transform === 'text';
  const [what, setting] = isText ? ['words', 'maxTokens'] : ['values', 'multi.max'];
  return [
    runWarning(
      'parts-left-out',
      `${named(use)} leaves out ${whole(cut.parts)} ${what}, the last of ${whole(cut.rows)} of ${whole(held)} training rows that have a value`,
      `raise ${setting} of the feature, up to 256, where the later ${what} tell something`,
      { rows, held, cutRows: cut.rows, cutParts: cut.parts },
    ),
  ];
}

const named = ({ tower, feature }: FeatureUse) => `the ${tower} feature ${JSON.stringify(feature)}`;
const counted = (count: number) => `${whole(count)} ${count === 1 ? 'value' : 'values'}`;

function unreadWarning(use: FeatureUse, feature: Feature): RunWarning {
  const { held, unread, rows, unreadValues, vocabulary, values } = use;
  const such = unreadValues.map((value) => JSON.stringify(value)).join(', ');
  const [as, why, remedy] = ((): [string, string, string] => {
    if (feature.transform === 'lookup') {
      const { minCount, maxSize } = feature;
      const isFull = maxSize !== undefined && vocabulary >= maxSize;
      return [
        'unknown',
        `its vocabulary has ${whole(vocabulary)} of ${counted(values)}, by ${isFull ? `maxSize ${whole(maxSize)}` : `minCount ${whole(minCount)}`}, and not ${such}`,
        isFull
          ? `raise maxSize of the feature (${maxSize}), or take the transform "hash"`
          : `lower minCount of the feature (${minCount}), set its oovBuckets, or take the transform "hash"`,
      ];
    }
    if (feature.transform === 'boolean')
      return [
        'missing',
        `a boolean is true, t, yes, y or 1, or false, f, no, n or 0, and not ${such}`,
        'take the transform "normalize" or "bucketize" for numbers, or "lookup" for other values, or make truth values of them in dataset.sql',
      ];
    return [
      'missing',
      `${such} are no times`,
      `set dataset.columns[${JSON.stringify(featureColumns(feature)[0])}] to the cast "timestamp" with the format of the times`,
    ];
  })();
  return runWarning(
    'values-count-as-missing',
    `${named(use)} counts as ${as} in ${whole(unread)} of ${whole(held)} training rows that have a value: ${why}`,
    remedy,
    { rows, held, unread },
  );
}

function sameWarning(use: FeatureUse, feature: Feature): RunWarning {
  const { rows, held, same, values, range } = use;
  const which =
    same === 'all'
      ? `all ${whole(rows)} training rows`
      : `all ${whole(held)} training rows that have a value`;
  const has =
    values === 0
      ? 'none of which has a value'
      : `which have ${counted(values)}${range && values > 1 ? ` from ${range[0]} to ${range[1]}` : ''}`;
  return runWarning(
    'constant-feature',
    `${named(use)} is the same in ${which}, ${has}: it tells nothing${same === 'all' ? '' : ' else'} apart`,
    values < 2
      ? 'name the right column, leave the feature out, or change dataset.split where other rows have other values'
      : remedyFor(feature),
    { rows, held },
  );
}

function remedyFor(feature: Feature): string {
  switch (feature.transform) {
    case 'bucketize':
      return feature.boundaries
        ? `set boundaries of the feature ([${feature.boundaries.join(', ')}]) among the values of the column, or give "buckets" in their place`
        : 'give the feature "boundaries" among the values of the column in place of "buckets", or take the transform "normalize"';
    case 'normalize':
      return 'leave out "clip" of the feature, or set its quantiles farther apart';
    case 'cyclical':
      return 'give the feature "periods" within which the times differ, or leave it out';
    case 'boolean':
      return 'set "missingIndicator" of the feature to true, name the right column, or leave the feature out';
    case 'lookup':
      if (feature.multi)
        return 'lower minCount of the feature, raise its maxSize, or correct its multi where values are not parted so';
      return 'lower minCount of the feature, raise its maxSize, or take the transform "hash"';
    case 'text':
      return 'lower minCount of the feature, raise its maxSize or maxTokens, or take the transform "lookup" where the texts are no words';
    case 'hash':
    case 'cross':
      return 'raise "buckets" of the feature, or leave it out';
    default:
      return assertNever(feature);
  }
}
