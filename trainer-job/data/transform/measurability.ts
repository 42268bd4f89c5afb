/** What is said, before the training is paid for, of how far its results will mean something. */
import {
  idFeature,
  measuredModel,
  METRICS,
  metricName,
  monitorsOf,
  parseMetricName,
  runWarning,
  splitTimeUse,
  type MetricFamily,
  type RunWarning,
  type TrainingSpec,
  whole,
} from '@trainyard/shared';
import { encodedTarget } from '@trainyard/recommender/encode/target';
import type { TransformDocument } from '@trainyard/recommender/format/transformDocument';
import { TrainerError } from '../../errors/trainerError.js';
import { describeCondition } from '../ingest/conditions.js';
import { foundOf, measuredOf, rowWarnings, sectionInWords, type HeldOut } from './measuredInWords.js';
import type { MeasuredRows, MeasuredSplits, RelevantSplits } from './measuredRows.js';
import type { NotHeldOut, TiedRows } from './split/notes.js';

type Spec = Pick<TrainingSpec, 'dataset' | 'features' | 'model' | 'evaluation' | 'training'>;

interface Measured {
  spec: Spec;
  document: TransformDocument;
  splits: MeasuredSplits;
  /** What counts as an answer; null where all rows do. */
  relevant: RelevantSplits | null;
  /** Columns that have nulls. */
  withNulls: ReadonlySet<string>;
  tied: TiedRows;
  /** Of a split by the last rows of each user. */
  notHeldOut?: NotHeldOut | undefined;
}

/** Fails with a `TrainerError` where a result, or the way to it, would be decided by the data alone. */
export function checkMeasurable(measured: Measured): void {
  const { spec, document, splits } = measured;
  const items = itemsOf(document);
  if (spec.model.type !== 'ranking' && items < 2) {
    const { column, minCount } = idFeature(spec.features.candidate);
    throw problem(
      'single-id',
      `column "${column}", the id of the candidate tower, has only one value that occurs in ${minCount} or more training rows: there is nothing to choose among`,
      'lower the minCount of the feature, name the right column, or bring more data',
    );
  }
  const { target } = document;
  if (spec.model.type !== 'retrieval' && target && isOneValue(measured, splits.train)) {
    const { threshold } = target.fitted;
    throw problem(
      'one-target-value',
      `column "${target.fitted.column}", the target, is ${oneValue(measured, splits.train)} in all ${whole(target.rows.train)} training rows that have one: there is nothing to learn`,
      threshold === null
        ? 'name the right column in features.target, or bring rows whose target differs'
        : `set features.target.threshold (${threshold}) between the values of the column, or bring rows on both sides of it`,
    );
  }
  checkRelevant(measured);
  for (const { path, metric } of wishesOf(spec)) {
    const k = recallDepth(metric);
    if (k === null || k < items) continue;
    throw problem(
      'constant-metric',
      `${path} goes by ${metric}, which is 1 whatever the model does: there are ${whole(items)} items`,
      `take a K below ${whole(items)}, which evaluation.k names as well, or another metric`,
    );
  }
}

/** A condition that no row of any split meets is a mistake: there is no answer to find. */
function checkRelevant({ spec, splits, relevant }: Measured): void {
  if (spec.model.type === 'ranking' || !spec.evaluation.relevant || !relevant) return;
  const names = ['train', 'validation', 'test'] as const;
  if (names.some((name) => relevant[name].rows > 0)) return;
  const rows = names.reduce((sum, name) => sum + splits[name].rows, 0);
  throw problem(
    'no-relevant-rows',
    `0 of ${whole(rows)} rows meet evaluation.relevant ("${describeCondition(spec.evaluation.relevant)}"): no row counts as an answer, and nothing that is found could be measured`,
    'correct the condition, whose value is compared with those of the column as they are read, or leave evaluation.relevant out',
  );
}

/** What does not stop the run, and makes less of its results than they seem. */
export function measurabilityWarnings(measured: Measured): RunWarning[] {
  return [
    ...rowWarnings(measured, 'validation'),
    ...rowWarnings(measured, 'test'),
    ...tiedWarnings(measured),
    ...targetWarnings(measured, 'validation'),
    ...targetWarnings(measured, 'test'),
    ...monitorWarnings(measured),
    ...recallWarnings(measured),
  ];
}

/** Where more rows of a split are not later than those before, it is hardly one by time. */
const TIED_SHARE = 0.1;

function tiedWarnings({ spec: { dataset }, splits, tied }: Measured): RunWarning[] {
  const { split } = dataset;
  if (splitTimeUse(split) !== 'order' || !('column' in split)) return [];
  const sides = (['validation', 'test'] as const).filter(
    (side) => tied[side] > TIED_SHARE * splits[side].rows,
  );
  if (sides.length === 0) return [];
  const counts = sides.map((side) => `${whole(tied[side])} of ${whole(splits[side].rows)} ${side}`);
  return [
    runWarning(
      'tied-times',
      `${counts.join(' and ')} rows have the same time in column "${split.column}" as rows of the side before${'user' in split ? ' of their user' : ''}: which of them are held out, their order in the source says`,
      'split by "strictTemporal" or "timeHoldout", which keep rows of one time together, or by times that tell more rows apart; by "random" where the column says no time',
      Object.fromEntries(sides.map((side) => [`${side}Tied`, tied[side]])),
    ),
  ];
}

function targetWarnings(measured: Measured, split: HeldOut): RunWarning[] {
  const { spec, splits } = measured;
  const rows = splits[split];
  const count = measuredOf(measured, split);
  if (spec.model.type === 'retrieval' || count === 0 || !isOneValue(measured, rows)) return [];
  return [
    runWarning(
      'one-target-value',
      `the target is ${oneValue(measured, rows)} in all measured ${split} rows: a constant is as good as any model${withoutOf(spec, split)}`,
      'change dataset.split or features.target.threshold, or bring rows whose target differs',
      { rows: count },
    ),
  ];
}

/** What needs targets of both kinds, of a model that has it. */
function withoutOf(spec: Spec, split: HeldOut): string {
  return measuredModel(spec).target === 'binary' ? `, and there is no ${metricName(METRICS.auc, split)}` : '';
}

/** Early stopping and schedules that would wait for what never comes. */
function monitorWarnings(measured: Measured): RunWarning[] {
  const { spec } = measured;
  return monitorsOf(spec.training)
    .filter(({ monitor }) => !isThere(measured, monitor))
    .map((wish) => {
      const then =
        wish.section === 'earlyStopping'
          ? `is off: all ${spec.training.epochs} epochs are trained, and the last one is kept`
          : 'is off: the learning rate stays as it is';
      return runWarning(
        'monitor-off',
        `${sectionInWords(wish)} ${then}, for no validation row gives a ${wish.monitor}`,
        `change dataset.split so that validation rows can be measured, or set training.epochs and ${wish.section === 'earlyStopping' ? 'training.earlyStopping false' : 'another training.schedule'}`,
        { epochs: spec.training.epochs },
      );
    });
}

/** Whether validation rows give the metric. */
function isThere(measured: Measured, monitor: string): boolean {
  const { spec, splits } = measured;
  const { validation } = splits;
  const rated = measuredOf(measured, 'validation');
  const found = spec.model.type === 'ranking' ? rated : foundOf(measured, 'validation');
  const family: MetricFamily | undefined = parseMetricName(monitor)?.family;
  const isOfRetrieval = family === METRICS.retrievalLoss || family?.baselines === 'retrieval';
  if (!family || family === METRICS.loss || isOfRetrieval) return found > 0;
  return rated > 0 && !(family === METRICS.auc && isOneValue(measured, validation));
}

function recallWarnings({ spec, document }: Measured): RunWarning[] {
  const items = itemsOf(document);
  const all = spec.model.type === 'ranking' ? [] : spec.evaluation.k.filter((k) => k >= items);
  if (all.length === 0) return [];
  const lengths = new Intl.ListFormat('en').format(all.map(String));
  return [
    runWarning(
      'recall-of-all-items',
      `recall at ${lengths} is 1 whatever the model does: there are ${whole(items)} items`,
      `leave ${lengths} out of evaluation.k`,
      { items },
    ),
  ];
}

/** What a training or its result is decided by. */
function wishesOf({ training, evaluation }: Spec): { path: string; metric: string }[] {
  return [
    ...monitorsOf(training).map(({ section, monitor }) => ({ path: `training.${section}`, metric: monitor })),
    ...evaluation.gates.map(({ metric }, i) => ({ path: `evaluation.gates[${i}]`, metric })),
  ];
}

function recallDepth(metric: string): number | null {
  const parsed = parseMetricName(metric);
  return parsed?.family === METRICS.recall ? parsed.k : null;
}

function itemsOf({ candidate }: TransformDocument): number {
  return candidate.entities - 1;
}

/** Whether training would see the same target in all rows. */
function isOneValue(
  { spec, document }: Pick<Measured, 'spec' | 'document'>,
  { target }: MeasuredRows,
): boolean {
  const fitted = document.target?.fitted;
  if (!target || !fitted) return false;
  return (
    seen(spec, encodedTarget(fitted, target.least)) === seen(spec, encodedTarget(fitted, target.greatest))
  );
}

/** What a loss makes of a target: of classes the nearest. */
function seen({ model }: Spec, value: number): number {
  const loss = model.rating?.loss;
  if (loss?.type !== 'categoricalCrossEntropy') return value;
  return loss.classes.toSorted((a, b) => Math.abs(a - value) - Math.abs(b - value))[0] ?? value;
}

function oneValue({ spec, document }: Pick<Measured, 'spec' | 'document'>, { target }: MeasuredRows): string {
  const fitted = document.target?.fitted;
  if (!target || !fitted) return 'missing';
  if (fitted.threshold === null)
    return target.least === target.greatest ? String(target.least) : 'the same once it is clipped';
  return `${seen(spec, encodedTarget(fitted, target.least))} (threshold ${fitted.threshold})`;
}

function problem(
  code: 'single-id' | 'one-target-value' | 'constant-metric' | 'no-relevant-rows',
  message: string,
  remedy: string,
) {
  return new TrainerError(code, message, remedy, { stage: 'transform' });
}
