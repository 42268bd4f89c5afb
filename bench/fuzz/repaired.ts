/** Rules between the values of a specification that its schema cannot say; without them hardly any would be accepted. */
import { DEFAULT_MONITOR, METRICS, metricName } from '@trainyard/shared';
import type { Dice } from './dice.js';

export const TIER = 'small';

export function repaired(value: unknown, dice: Dice): unknown {
  if (Array.isArray(value)) return value.map((inner: unknown) => repaired(inner, dice));
  if (typeof value !== 'object' || value === null) return value;
  const object = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, repaired(inner, dice)] as const),
  );
  // Shares of a split add up to 1, as the defaults do.
  if ('strategy' in object) for (const share of ['train', 'validation', 'test']) delete object[share];
  if ('tiers' in object) object['tiers'] = [TIER];
  if ('monitor' in object) object['monitor'] = DEFAULT_MONITOR;
  if ('metric' in object) {
    // Of every kind of model, and no baseline's.
    object['metric'] = metricName(METRICS.loss, 'test');
    delete object['aboveBaseline'];
    if (Object.keys(object).length === 1) object['atLeast'] = dice.between(-1, 1);
  }
  for (const tower of ['query', 'candidate']) {
    const features = object[tower];
    if (Array.isArray(features)) object[tower] = withOneId(features);
  }
  return object;
}

function withOneId(features: readonly unknown[]): unknown[] {
  return features.map((feature, i) => ({ ...Object(feature), name: `feature ${i}`, id: i === 0 }));
}
