import { ownValue } from '@trainyard/shared/common';
import type { TowerName } from '@trainyard/recommender/format/files';
import {
  featureColumns,
  idFeature,
  PER_SECOND,
  runWarning,
  type RunWarning,
  splitColumns,
  splitTimeColumn,
  type TrainingSpec,
  whole,
} from '@trainyard/shared';
import type { IngestOutcome } from '../ingest/ingest.js';
import { splitSizes } from '../transform/split/sides.js';
import { outweighing } from './outweighing.js';
import { basicType, isWhole } from './profile/columnSql.js';
import type { ColumnProfile } from '@trainyard/shared/profile/profile';
import { TrainerError } from '../../errors/trainerError.js';
import type { TrainerErrorCode } from '@trainyard/shared/errors/trainerErrors';

type Spec = Pick<TrainingSpec, 'dataset' | 'features'>;

/** Beyond this share of nulls a column is worth a warning. */
const NULL_SHARE = 0.05;

function problem(code: TrainerErrorCode, message: string, remedy: string): TrainerError {
  return new TrainerError(code, message, remedy, { stage: 'validate' });
}

/** Fails with a `TrainerError` where there are no rows, `isSelected` by `dataset.sql` or as they are. */
export function checkAnyRows(
  { rowsRead, rowsKept, dropped, castProblems }: IngestOutcome,
  isSelected: boolean,
): void {
  if (rowsRead === 0)
    throw isSelected
      ? problem(
          'no-rows',
          'dataset.sql gives no rows',
          'correct what it selects, or write the data before the run is started',
        )
      : problem('no-rows', 'the source has no rows', 'write the data before the run is started');
  if (rowsKept > 0) return;
  const reasons = dropped.map(({ condition, rows }) => `"${condition}" fails for ${rows}`);
  throw problem(
    'no-rows-left',
    [
      `none of ${rowsRead} rows is left by where, sample and interactions of the data set: ${reasons.join(', ')}`,
      ...castProblems.map(({ message }) => message),
    ].join('; '),
    [...castProblems.map(({ remedy }) => remedy), 'correct or remove the condition that drops too much'].join(
      '; ',
    ),
  );
}

/** Fails with a `TrainerError` where ids or the split's column leave nothing to train on. */
export function checkTrainable(spec: Spec, columns: readonly ColumnProfile[], ingested: IngestOutcome): void {
  checkIds(spec, columns, ingested);
  checkSplit(spec, columns, ingested);
}

function checkIds({ features }: Spec, columns: readonly ColumnProfile[], ingested: IngestOutcome): void {
  for (const tower of ['query', 'candidate'] as const) {
    const { column } = idFeature(features[tower]);
    const found = columns.find(({ name }) => name === column);
    if (!found || found.nulls === ingested.rowsKept) {
      const failed = ownValue(ingested.castFailures, column) ?? 0;
      throw problem(
        'empty-id',
        `column "${column}", the id of the ${tower} tower, is null in every row${failed > 0 ? `; its cast failed for ${failed} values` : ''}`,
        'name the right column, or correct its cast in dataset.columns',
      );
    }
    checkPrecision(tower, found);
    if (found.distinct < 2) {
      throw problem(
        'single-id',
        `column "${column}", the id of the ${tower} tower, has only one value: there is nothing to choose among`,
        'name the right column, or bring more data',
      );
    }
  }
}

/** From there on, floating-point numbers of the type are the same for several whole numbers. */
const WHOLE_UNTIL: Readonly<Record<string, number>> = { DOUBLE: 2 ** 53, FLOAT: 2 ** 24 };

/** Ids that were rounded on their way into the file are several users, or items, in one. */
function checkPrecision(tower: TowerName, { name, type, measured }: ColumnProfile): void {
  const limit = WHOLE_UNTIL[type];
  if (limit === undefined || !measured) return;
  const largest = Math.abs(measured.min) > measured.max ? measured.min : measured.max;
  if (Math.abs(largest) <= limit) return;
  throw problem(
    'rounded-ids',
    `column "${name}", the id of the ${tower} tower, holds floating-point numbers (${type}) up to ${largest}: beyond ±${limit} several ids are one number`,
    'write the ids to the file as whole numbers or as texts (with pandas: astype("Int64") before there are missing values, or astype(str))',
  );
}

function checkSplit({ dataset }: Spec, columns: readonly ColumnProfile[], ingested: IngestOutcome): void {
  const { split } = dataset;
  for (const { key, column } of splitColumns(split)) {
    const found = columns.find(({ name }) => name === column);
    if (!found || found.nulls === ingested.rowsKept) {
      throw problem(
        'empty-split-column',
        `column "${column}", which the split goes by, is null in every row`,
        `name the right column in dataset.split.${key}`,
      );
    }
    if (key === 'column' && splitTimeColumn(split) && !['time', 'number'].includes(basicType(found.type))) {
      throw problem(
        'split-column-is-text',
        `column "${column}", which orders the split, holds text, whose order is not that of time`,
        `set dataset.columns["${column}"].cast to "timestamp", which reads times of ISO 8601 and numbers since 1970 (others need their format)`,
      );
    }
  }
  for (const [name, size] of Object.entries(splitSizes(split, ingested.rowsKept) ?? {})) {
    if (size < 1) {
      throw problem(
        'empty-split',
        `of ${whole(ingested.rowsKept)} rows none would be in the ${name} split`,
        'bring more data, or change the shares of dataset.split',
      );
    }
  }
}

/** A feature that is the same in every row takes part in everything and tells nothing. */
function constantWarnings({ features }: Spec, columns: readonly ColumnProfile[], rows: number): RunWarning[] {
  const read = new Set(
    [...features.query, ...features.candidate].flatMap((feature) =>
      feature.id ? [] : featureColumns(feature),
    ),
  );
  return columns
    .filter(({ name, distinct, nulls }) => read.has(name) && distinct === 1 && nulls === 0)
    .map(({ name }) =>
      runWarning(
        'constant-feature',
        `column "${name}" has the same value in all ${whole(rows)} rows: its feature tells nothing apart`,
        'name the right column, or leave the feature out',
        { rows },
      ),
    );
}

/** The first second of the year 2100. */
const FAR_SECONDS = Date.UTC(2100, 0) / 1000;

/** A year that nobody means stands for no time at all, and such rows come last in a split by shares: they are the test rows. */
function farTimes({ name, type, kind, max, timeUnit }: ColumnProfile, rows: number): RunWarning[] {
  const newest = String(max);
  const isNumber = basicType(type) === 'number';
  const isFar = isNumber
    ? timeUnit !== undefined && Number(newest) / PER_SECOND[timeUnit] >= FAR_SECONDS
    : kind === 'time' && (Number.parseInt(newest, 10) >= 2100 || newest.includes('infinity'));
  if (!isFar) return [];
  return [
    runWarning(
      'far-times',
      `column "${name}", which orders the split, has times up to ${newest}${isNumber ? ', which is of the year 2100 or later' : ''}: such rows count as the newest, and the result is measured on them`,
      'drop the rows by dataset.where, or make such times null in dataset.sql',
      { rows },
    ),
  ];
}

/** Numbers that count the rows up order them as times do; those that come again and again, or have decimals, seldom say what was later. */
function numbersAsTimes(
  { name, type, timeUnit, distinct, nulls, min, max }: ColumnProfile,
  rows: number,
): RunWarning[] {
  const counts = isWhole(type) && distinct >= (rows - nulls) / 2;
  if (basicType(type) !== 'number' || timeUnit !== undefined || counts) return [];
  return [
    runWarning(
      'numbers-as-times',
      `column "${name}", which orders the split, has numbers from ${min} to ${max} that are no times since 1970: the rows with the greatest are held out, as if they were the newest`,
      'name the column of the time in dataset.split, or split by "random"; where the numbers rise with time, as those of days do, this is as it should be',
      { rows, distinct },
    ),
  ];
}

/** What a run can live with and a person should know. */
export function warningsOf(
  spec: Spec,
  columns: readonly ColumnProfile[],
  { rowsKept, castWarnings, castProblems, castFailures }: IngestOutcome,
): RunWarning[] {
  const percent = (rows: number) => `${((100 * rows) / rowsKept).toFixed(1)} %`;
  const timeless = columns.find(({ name }) => name === splitTimeColumn(spec.dataset.split));
  return [
    ...columns
      .filter(({ nulls }) => nulls / rowsKept > NULL_SHARE)
      .map(({ name, nulls }) =>
        runWarning(
          'missing-values',
          `column "${name}" is null in ${nulls} rows (${percent(nulls)})`,
          'fill the column at its source, or drop the rows by dataset.where',
          { rows: rowsKept, nulls },
        ),
      ),
    ...(timeless && timeless.nulls > 0
      ? [
          runWarning(
            'missing-times',
            `column "${timeless.name}", which orders the split, is null in ${timeless.nulls} rows: they count as the oldest`,
            'drop the rows by dataset.where, or fill the column at its source',
            { rows: rowsKept, nulls: timeless.nulls },
          ),
        ]
      : []),
    ...(timeless ? [...farTimes(timeless, rowsKept), ...numbersAsTimes(timeless, rowsKept)] : []),
    ...constantWarnings(spec, columns, rowsKept),
    ...outweighing(spec, columns, rowsKept),
    ...castWarnings,
    ...castProblems.map(({ name, message, remedy }) =>
      runWarning('cast-failed', message, remedy, { rows: rowsKept, failed: castFailures[name] ?? 0 }),
    ),
  ];
}
