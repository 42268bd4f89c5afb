/** Rules between the values of a specification that its schema cannot say; without them hardly any would be accepted. */
import { DEFAULT_MONITOR, METRICS, metricName } from '@trainyard/shared';
import type { Dice } from './dice.js';

export const TIER = 'small';

/** The column of each tower's id. */
const IDS = { query: 'user', candidate: 'item' };

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
  if ('source' in object) {
    object['source'] = withOnePlace(object['source']);
    object['joins'] = [];
  }
  if ('tables' in object && typeof object['tables'] === 'object')
    object['tables'] = mapped(object['tables'], withOnePlace);
  for (const [tower, id] of Object.entries(IDS)) {
    const features = object[tower];
    if (Array.isArray(features)) object[tower] = withOneId(features, id);
  }
  return object;
}

function mapped(values: object | null, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [key, change(value)]));
}

/** A source is either files, or rows of BigQuery, which have no format. */
function withOnePlace(given: unknown): unknown {
  const source: Record<string, unknown> = { ...Object(given) };
  const { bigquery, uri = 'purchases.csv', format } = source;
  if (bigquery !== undefined && source['uri'] === undefined) {
    const { query: _query, ...rows } = { table: 'shop.sales.purchases', ...Object(bigquery) } as Record<
      string,
      unknown
    >;
    return { bigquery: rows };
  }
  return { uri, ...(format !== undefined && { format }) };
}

/** The first feature of a tower is its id, which is a lookup; each has a name of its own, and none tells the id of the other tower. */
function withOneId(features: readonly unknown[], id: string): unknown[] {
  return features.map((given, i) => {
    const feature: Record<string, unknown> = { ...Object(given), name: `feature ${i}` };
    if (i === 0) return { column: id, name: feature['name'], transform: 'lookup', id: true };
    if (Object.values(IDS).includes(String(feature['column']))) feature['column'] = 'city';
    return withFeatureRules({ ...feature, id: false });
  });
}

/** What the values of a feature forbid each other. */
function withFeatureRules(feature: Record<string, unknown>): Record<string, unknown> {
  const { transform, columns } = feature;
  // Either boundaries or a number of buckets.
  if (transform === 'bucketize') {
    delete feature['boundaries'];
    feature['buckets'] = 10;
    return feature;
  }
  // What is hashed has no vocabulary.
  if ('buckets' in feature) for (const key of ['minCount', 'maxSize']) delete feature[key];
  if (transform === 'cross' && Array.isArray(columns)) feature['columns'] = ['city', 'category'];
  return feature;
}
