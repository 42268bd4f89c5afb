/** Slices that no evaluation could make, whatever the data. */
import type { SliceAsked } from '../evaluation/confidence.js';
import { featureColumns, featureName, type Feature, type Features } from '../features.js';
import type { RuleBroken } from '../modelRules.js';

/** Their encodings say what the value was; those of hashes and words do not. */
const TOLD_APART: readonly Feature['transform'][] = [
  'lookup',
  'bucketize',
  'boolean',
  'cyclical',
  'normalize',
];

export function brokenSliceRules(slices: readonly SliceAsked[], features: Features): RuleBroken[] {
  return slices.flatMap((slice, i) => {
    const message = whyNoSlice(slice, [...features.query, ...features.candidate]);
    return message === undefined ? [] : [{ path: ['evaluation', 'slices', i], message }];
  });
}

/** By the features alone; undefined where the evaluation can tell rows apart by it. */
export function whyNoSlice({ by, boundaries }: SliceAsked, features: readonly Feature[]): string | undefined {
  const named = features.filter((feature) => isSlicedBy(feature, by));
  const allowed = features.filter(({ transform }) => TOLD_APART.includes(transform)).map(featureName);
  const instead = `take one of ${[...new Set(allowed)].join(', ')}`;
  const [first] = named;
  if (!first)
    return `no feature is called ${by} or reads such a column, and an evaluation sees rows as features: add a feature of it, or ${instead}`;
  const usable = named.filter(({ transform }) => TOLD_APART.includes(transform));
  const [usual] = usable;
  if (!usual)
    return `${by} is a ${first.transform}, whose encoding does not say what the value was: ${instead}`;
  if (boundaries && !usable.some(({ transform }) => transform === 'normalize'))
    return `boundaries are for numbers, and ${by} is a ${usual.transform}: leave them out`;
  return undefined;
}

/** Whether a slice of that name is of the feature: by its own name, or by the one column that it reads. */
export function isSlicedBy(
  feature: { name?: string | undefined } & ({ column: string } | { columns: readonly string[] }),
  by: string,
): boolean {
  const columns = featureColumns(feature);
  return featureName(feature) === by || (columns.length === 1 && columns[0] === by);
}
