import { ownValue, type Training } from '@trainyard/shared';

type Dropout = NonNullable<Training['augmentation']>['lookupDropout'];

/** How often the value of a lookup of this name counts as unknown in training. */
export function dropoutOf(feature: string, dropout: Dropout = 0): number {
  return typeof dropout === 'number' ? dropout : (ownValue(dropout, feature) ?? 0);
}
