/** What `training.augmentation` needs of the features. */
import type { Features } from '../features.js';
import type { RuleBroken } from '../modelRules.js';
import { featureName } from '../shape/featureNames.js';
import type { Training } from '../training.js';

/** Rates by name are of lookups that there are, of one value each. */
export function brokenAugmentationRules(
  { query, candidate }: Pick<Features, 'query' | 'candidate'>,
  { augmentation }: Pick<Training, 'augmentation'>,
): RuleBroken[] {
  const rates = augmentation?.lookupDropout;
  if (typeof rates !== 'object') return [];
  const lookups = [...query, ...candidate]
    .filter((feature) => feature.transform === 'lookup' && !feature.multi)
    .map(featureName);
  return Object.keys(rates)
    .filter((name) => !lookups.includes(name))
    .map((name) => ({
      path: ['training', 'augmentation', 'lookupDropout', name],
      message: `no lookup of one value is called so: name one of ${[...new Set(lookups)].map((one) => JSON.stringify(one)).join(', ')}`,
    }));
}
