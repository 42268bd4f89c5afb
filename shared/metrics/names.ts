/** Names of metrics, `{split}_{family}_at_{K}`: how they are made, read and looked up. */
import type { Metrics } from '../common.js';
import { METRIC_SPLITS, type MetricFamily, type MetricSplit, type MetricTable } from './family.js';
import { METRICS } from './table.js';

/** Training as it goes has no prefix of its own: a family that has such a metric says so by `unprefixed`. */
const PREFIXES: Readonly<Record<MetricSplit, string>> = {
  training: '',
  train: 'train_',
  validation: 'val_',
  test: 'test_',
  data: 'data_',
  serving: 'serving_',
};

/** What a name says. */
export interface ParsedMetricName {
  family: MetricFamily;
  split: MetricSplit;
  /** Null for a family without K. */
  k: number | null;
}

type Of<PerK extends boolean> = Pick<MetricFamily, 'name' | 'unprefixed'> & { readonly perK: PerK };

/** The name of a family's metric: `metricName(METRICS.recall, 'test', 10)` is `test_recall_at_10`. */
export function metricName(family: Of<true>, split: MetricSplit, k: number | 'K'): string;
export function metricName(family: Of<false>, split: MetricSplit): string;
export function metricName({ name, unprefixed }: Of<boolean>, split: MetricSplit, k?: number | 'K'): string {
  return `${split === unprefixed ? '' : PREFIXES[split]}${name}${k === undefined ? '' : `_at_${k}`}`;
}

/** The name of what was parsed, or the like. */
export function nameOf({
  family,
  split,
  k,
}: Omit<ParsedMetricName, 'k'> & { k: number | 'K' | null }): string {
  return k === null
    ? metricName({ ...family, perK: false }, split)
    : metricName({ ...family, perK: true }, split, k);
}

/** Undefined for a name that the table does not know, such as one that an older version or a trainer of somebody else made. */
export function parseMetricName(name: string, table: MetricTable = METRICS): ParsedMetricName | undefined {
  const at = /^(.+)_at_([1-9]\d*)$/.exec(name);
  const stem = at?.[1] ?? name;
  const k = at ? Number(at[2]) : null;
  for (const family of Object.values(table)) {
    if (family.perK !== (k !== null)) continue;
    const split = family.splits.find(
      (one) =>
        stem === `${PREFIXES[one]}${family.name}` || (one === family.unprefixed && stem === family.name),
    );
    // The bare name is of the split that the family says, never of training by default.
    if (split && (stem !== family.name || family.unprefixed !== undefined)) return { family, split, k };
  }
  return undefined;
}

/** The one name that is stored where there are two; a name that the table does not know stays. */
export function canonicalMetricName(name: string, table: MetricTable = METRICS): string {
  const parsed = parseMetricName(name, table);
  return parsed ? nameOf(parsed) : name;
}

/** The name with the prefix of its split, where that is not the name itself: `val_recall_at_10` of `recall_at_10`. */
export function metricAlias(name: string, table: MetricTable = METRICS): string | undefined {
  const parsed = parseMetricName(name, table);
  if (!parsed || parsed.split !== parsed.family.unprefixed || PREFIXES[parsed.split] === '') return undefined;
  return `${PREFIXES[parsed.split]}${nameOf(parsed)}`;
}

/** The value of a metric, by whichever of its names it is asked for and stored under. */
export function metricValue(
  metrics: Metrics,
  name: string,
  table: MetricTable = METRICS,
): number | undefined {
  return metricReader(name, table)(metrics);
}

/** The same for many: the name is read once. */
export function metricReader(
  name: string,
  table: MetricTable = METRICS,
): (metrics: Metrics) => number | undefined {
  const canonical = canonicalMetricName(name, table);
  const alias = metricAlias(canonical, table);
  return (metrics) =>
    metrics[canonical] ?? (alias === undefined ? undefined : metrics[alias]) ?? metrics[name];
}

/** The split that a metric is of; of a name that the table does not know, what its prefix says. */
export function metricSplit(name: string, table: MetricTable = METRICS): MetricSplit {
  return (
    parseMetricName(name, table)?.split ??
    METRIC_SPLITS.find((split) => PREFIXES[split] !== '' && name.startsWith(PREFIXES[split])) ??
    'training'
  );
}

/** Whether a metric is made of the ranks of items: what finds items is measured by them, but for its loss. */
export function isOfRanks(metric: string): boolean {
  return parseMetricName(metric)?.family.baselines === 'retrieval';
}
