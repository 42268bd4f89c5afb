/** Which metrics a specification has, and what may be asked of them. */
import type { ModelType } from '../common.js';
import type { BaselineKind } from './baselines.js';
import { inSplitOrder, splitTitle } from './display.js';
import {
  METRIC_SPLITS,
  type MetricFamily,
  type MetricSplit,
  type MetricTable,
  type TargetKind,
} from './family.js';
import { metricName, nameOf, parseMetricName } from './names.js';
import { METRICS } from './table.js';

/** What of a specification decides which metrics there are. */
export interface MeasuredModel {
  /** Null where that is not known yet, since a preset says it: then any type will do, and any target. */
  type: ModelType | null;
  /** Null for a model that predicts nothing. */
  target: TargetKind | null;
  k: readonly number[];
  /** Whether a sample of the training rows is evaluated after each epoch. */
  hasTrainSample: boolean;
  /** What the specification says that its results go by; by the type unless given. */
  primaryMetric?: string | undefined;
}

const ANY_MODEL: MeasuredModel = { type: null, target: null, k: [], hasTrainSample: true };

/** What early stopping and the choice of the best epoch go by unless told otherwise. */
export const DEFAULT_MONITOR = metricName(METRICS.loss, 'validation');

/** The families that a model has on a split, in the order of the table. */
export function familiesOf(
  { type, target, hasTrainSample }: MeasuredModel,
  split: MetricSplit,
  table: MetricTable = METRICS,
): MetricFamily[] {
  if (split === 'train' && !hasTrainSample) return [];
  return Object.values(table).filter(
    ({ models, targets, splits }) =>
      splits.includes(split) &&
      (type === null ||
        (models.includes(type) && (targets === undefined || (target !== null && targets.includes(target))))),
  );
}

/** The names of a family's metrics on a split: one, or one for each K. */
export function namesOf(family: MetricFamily, split: MetricSplit, k: readonly number[]): string[] {
  return family.perK
    ? (family.at ?? k).map((at) => nameOf({ family, split, k: at }))
    : [nameOf({ family, split, k: null })];
}

/** Why early stopping or a schedule cannot go by a metric, and what it can go by; undefined where it can. */
export function whyNotMonitored(
  monitor: string,
  model: MeasuredModel,
  table: MetricTable = METRICS,
): string | undefined {
  const parsed = parseMetricName(monitor, table);
  const allowed = monitoredFamilies(model, table);
  if (!parsed || parsed.split !== 'validation' || !allowed.includes(parsed.family)) {
    return `${whose(model)} no ${monitor} to monitor: take ${patterns(allowed, 'validation')}`;
  }
  return whyNotAtK(parsed.k, model.k, nameOf(parsed), 'is monitored');
}

/** Those of the validation split of which less, or more, is better; of any model unless one is given. */
export function monitoredFamilies(model: MeasuredModel | null, table: MetricTable = METRICS): MetricFamily[] {
  return familiesOf(model ?? ANY_MODEL, 'validation', table).filter(({ better }) => better !== null);
}

/** Why no result could pass a gate on a metric, and which metrics there are on that split; undefined where one could. */
export function whyNotGated(
  metric: string,
  model: MeasuredModel,
  table: MetricTable = METRICS,
): string | undefined {
  const parsed = parseMetricName(metric, table);
  // A gate is nearly always of the test split: that is meant where the name says nothing.
  const split = parsed?.split ?? METRIC_SPLITS.find((one) => metric.startsWith(`${one}_`)) ?? 'test';
  const allowed = familiesOf(model, split, table);
  if (!parsed || !allowed.includes(parsed.family)) {
    if (split === 'train' && !model.hasTrainSample)
      return `${metric} is measured only where evaluation.trainSample asks for training rows`;
    return `${whose(model)} no ${metric}: ${splitTitle(split)} there is ${patterns(allowed, split)}`;
  }
  const { at } = parsed.family;
  if (at && parsed.k !== null && !at.includes(parsed.k))
    return `${nameOf(parsed)} is not measured: K is ${at.slice(0, -1).join(', ')} or ${at.at(-1)} there`;
  return at ? undefined : whyNotAtK(parsed.k, model.k, nameOf(parsed), 'has a gate');
}

/** Why a result cannot be compared with such baselines by a metric; undefined where it can, or where the table knows no such metric. */
export function whyNotCompared(
  metric: string,
  kind: BaselineKind,
  model: MeasuredModel,
  table: MetricTable = METRICS,
): string | undefined {
  const parsed = parseMetricName(metric, table);
  if (!parsed || (parsed.split === 'test' && parsed.family.baselines === kind)) return undefined;
  const compared = familiesOf(model, 'test', table).filter(({ baselines }) => baselines === kind);
  return compared.length === 0
    ? `${whose(model)} no metric that this baseline has`
    : `this baseline has no ${metric}: take ${patterns(compared, 'test')}`;
}

/** Why results cannot go by a metric, and what they can go by: what other methods are measured by too; undefined where they can. */
export function whyNotPrimary(
  metric: string,
  model: MeasuredModel,
  table: MetricTable = METRICS,
): string | undefined {
  const parsed = parseMetricName(metric, table);
  const allowed = familiesOf(model, 'test', table).filter(
    ({ better, baselines }) => better !== null && baselines !== null,
  );
  const isMeasured = parsed?.split === 'test' && familiesOf(model, 'test', table).includes(parsed.family);
  if (isMeasured && !allowed.includes(parsed.family))
    return `no other method has a ${metric}, so that nothing could be said of the result by it: take ${patterns(allowed, 'test')}`;
  if (!parsed || parsed.split !== 'test' || !allowed.includes(parsed.family)) {
    return `${whose(model)} no ${metric} for its results to go by: take ${patterns(allowed, 'test')}`;
  }
  return whyNotAtK(parsed.k, model.k, nameOf(parsed), 'is the primary metric');
}

/**
 * Whether a metric is of rows whose users are told apart, one by one: it has an interval then, and slices have it. Other methods
 * are measured by the same rows. Figures of lists, losses and users that train does not have are of all rows alone.
 */
export function isOfUsers({ split, family }: { split: MetricSplit; family: MetricFamily }): boolean {
  return split === 'test' && family.baselines !== null && family.users !== 'cold';
}

/** What of the test split has intervals and slices, for errors. */
export function metricsOfUsers(model: MeasuredModel = ANY_MODEL, table: MetricTable = METRICS): string {
  return patterns(
    familiesOf(model, 'test', table).filter((family) => isOfUsers({ split: 'test', family })),
    'test',
  );
}

/** `val_loss, recall_at_K or val_rmse`. */
function patterns(families: readonly MetricFamily[], split: MetricSplit): string {
  const names = families.map((family) => metricPattern(family, split));
  return names.length < 2 ? (names[0] ?? 'none') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/** A family's metric on a split, K as a letter: `test_recall_at_K`. */
export function metricPattern(family: MetricFamily, split: MetricSplit): string {
  return nameOf({ family, split, k: family.perK ? 'K' : null });
}

function whyNotAtK(
  k: number | null,
  measured: readonly number[],
  name: string,
  use: string,
): string | undefined {
  if (k === null || measured.includes(k)) return undefined;
  return `${name} ${use} but evaluation.k is [${measured.join(', ')}]: add ${k} to it`;
}

function whose(model: MeasuredModel): string {
  if (model.type === null) return 'there is';
  const target =
    model.target === null ? '' : ` of a ${model.target === 'binary' ? 'yes or no' : 'numeric'} target`;
  return `a ${model.type} model${target} has`;
}

/** Every pattern of names of the table, by split, in the order of splits: for descriptions. */
export function metricPatterns(splits: readonly MetricSplit[], table: MetricTable = METRICS): string[] {
  return inSplitOrder(splits).flatMap((split) =>
    Object.values(table)
      .filter((family) => family.splits.includes(split))
      .map((family) => metricPattern(family, split)),
  );
}
