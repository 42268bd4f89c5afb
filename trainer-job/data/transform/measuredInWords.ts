/** How many rows of each split can be measured, in words and as a warning. */
import {
  idFeature,
  lastRowsPerUser,
  monitorsOf,
  runWarning,
  type RunWarning,
  type TrainingSpec,
  whole,
} from '@trainyard/shared';
import type { NotHeldOut } from './split/notes.js';
import type { MeasuredRows, MeasuredSplits, RelevantSplits } from './measuredRows.js';

/** With fewer, a metric says more of chance than of the model. */
const FEW_ROWS = 100;
/** With a smaller share, what is measured is likely not like the rest. */
const SMALL_SHARE = 0.5;

const HELD_OUT = ['validation', 'test'] as const;
export type HeldOut = (typeof HELD_OUT)[number];

type Spec = Pick<TrainingSpec, 'dataset' | 'features' | 'model' | 'evaluation' | 'training'>;

interface Measured {
  spec: Spec;
  splits: MeasuredSplits;
  /** What counts as an answer; null where all rows do. */
  relevant: RelevantSplits | null;
  /** Columns that have nulls: an id that is missing is as unknown to train as a new one. */
  withNulls: ReadonlySet<string>;
  /** Of a split by the last rows of each user. */
  notHeldOut?: NotHeldOut | undefined;
}

/** `28,100 of 30,000 validation and 34 of 2,579 test rows can be measured (test: 2,545 new users)`. */
export function measuredInWords(measured: Measured): string {
  const shares = HELD_OUT.map(
    (split) => `${whole(measuredOf(measured, split))} of ${whole(measured.splits[split].rows)} ${split}`,
  );
  const reasons = HELD_OUT.flatMap((split) => {
    const why = reasonsOf(measured, split);
    return why.length === 0 ? [] : [`${split}: ${why.join(', ')}`];
  });
  const said = `${shares.join(' and ')} rows can be measured${reasons.length === 0 ? '' : ` (${reasons.join('; ')})`}`;
  return [said, ...notHeldOutInWords(measured)].join('; ');
}

function notHeldOutInWords({ spec: { dataset }, notHeldOut }: Measured): string[] {
  const { split } = dataset;
  if (!notHeldOut || !('user' in split) || notHeldOut.rows === 0) return [];
  const { users, rows } = notHeldOut;
  return [
    `${whole(rows)} rows are train alone, of ${whole(users)} users with fewer than ${2 * lastRowsPerUser(split) + 1} rows or of no user`,
  ];
}

/** For programs: `validationMeasured`, and of the other rows `validationNewUser`, …, where there are such. */
export function measuredCounts(measured: Omit<Measured, 'withNulls'>): Record<string, number> {
  const { spec, splits } = measured;
  const counts = HELD_OUT.flatMap((split) => {
    const { newUser, newItem, newBoth, noTarget } = splits[split];
    const others: [string, number][] = [
      ['NewUser', newUser],
      ['NewItem', newItem],
      ['NewBoth', newBoth],
      ['NoTarget', spec.model.type === 'retrieval' ? 0 : noTarget],
      ['Irrelevant', irrelevantOf(measured, split)],
    ];
    return [['Measured', measuredOf(measured, split)] as const, ...others.filter(([, rows]) => rows > 0)].map(
      ([name, rows]) => [`${split}${name}`, rows] as const,
    );
  });
  const { notHeldOut } = measured;
  return {
    ...Object.fromEntries(counts),
    ...(notHeldOut && { usersNotHeldOut: notHeldOut.users, rowsNotHeldOut: notHeldOut.rows }),
  };
}

/** The rows that all of the model's metrics are of; of a hybrid those that its predictions are measured by. */
export function measuredOf(measured: Omit<Measured, 'withNulls'>, split: HeldOut): number {
  const { known, noTarget } = measured.splits[split];
  return measured.spec.model.type === 'retrieval' ? foundOf(measured, split) : known - noTarget;
}

/** The rows that retrieval is measured by. */
export function foundOf({ splits, relevant }: Omit<Measured, 'withNulls'>, split: HeldOut): number {
  return relevant ? relevant[split].known : splits[split].known;
}

/** The rows that retrieval would be measured by if they were answers. */
function irrelevantOf(measured: Omit<Measured, 'withNulls'>, split: HeldOut): number {
  return measured.spec.model.type === 'ranking' ? 0 : measured.splits[split].known - foundOf(measured, split);
}

/** Nothing where enough rows of the split can be measured. */
export function rowWarnings(of: Measured, split: HeldOut): RunWarning[] {
  const { spec, splits } = of;
  const { target: _target, ...counts } = splits[split];
  const measured = measuredOf(of, split);
  // What is no answer is left out because it was asked for.
  const asked = spec.model.type === 'retrieval' && of.relevant ? of.relevant[split].rows : counts.rows;
  if (measured >= FEW_ROWS && measured >= SMALL_SHARE * asked) return foundWarnings(of, split);
  const why = reasonsOf(of, split).join(', ');
  const reasons = why === '' ? '' : `: ${why}`;
  // Without a target the items that a hybrid finds are measured all the same.
  const how = spec.model.type === 'hybrid' && counts.known > measured ? ' in full' : '';
  const remedy = isMostlyIrrelevant(of, split) ? RELEVANT_REMEDY : remedyOf(spec, splits[split], split);
  const numbers = { ...counts, measured };
  if (measured === 0) {
    const gates = split === 'test' && spec.evaluation.gates.length > 0 ? '; no gate on it passes' : '';
    const message = `none of ${whole(counts.rows)} ${split} rows can be measured${how}${reasons}${gates}`;
    return [runWarning('no-rows-measured', message, remedy, numbers), ...foundWarnings(of, split)];
  }
  const message =
    measured === counts.rows
      ? `there ${measured === 1 ? `is only 1 ${split} row` : `are only ${whole(measured)} ${split} rows`}, and figures of so few say little`
      : `only ${whole(measured)} of ${whole(counts.rows)} ${split} rows can be measured${how}${reasons}`;
  const monitors = split === 'validation' ? monitorsOf(spec.training).map(sectionInWords) : [];
  const follows =
    monitors.length === 0
      ? ''
      : `; ${monitors.join(' and ')} ${monitors.length > 1 ? 'go' : 'goes'} by these alone`;
  return [
    runWarning('few-rows-measured', `${message}${follows}`, remedy, numbers),
    ...foundWarnings(of, split),
  ];
}

const RELEVANT_REMEDY =
  'change evaluation.relevant, whose value is compared with those of the column as they are read, or hold out more rows (dataset.split)';

function isMostlyIrrelevant(measured: Measured, split: HeldOut): boolean {
  if (measured.spec.model.type !== 'retrieval') return false;
  const { known, rows } = measured.splits[split];
  return irrelevantOf(measured, split) > Math.max(foundOf(measured, split), rows - known);
}

/** What a hybrid finds has its own rows where `evaluation.relevant` says which count; its predictions are measured all the same. */
function foundWarnings(of: Measured, split: HeldOut): RunWarning[] {
  const { spec, splits, relevant } = of;
  const found = foundOf(of, split);
  if (spec.model.type !== 'hybrid' || !relevant || found >= FEW_ROWS || irrelevantOf(of, split) === 0)
    return [];
  const { rows, known } = splits[split];
  const message = `${found === 0 ? 'none' : `only ${whole(found)}`} of ${whole(rows)} ${split} rows can be measured by retrieval: ${notRelevant(of, split)}`;
  const numbers = { rows, known, measured: found, relevant: relevant[split].rows };
  return [
    runWarning(found === 0 ? 'no-rows-measured' : 'few-rows-measured', message, RELEVANT_REMEDY, numbers),
  ];
}

function notRelevant(measured: Measured, split: HeldOut): string {
  const { spec, splits, relevant } = measured;
  const column = spec.evaluation.relevant?.column ?? '';
  return `${whole(irrelevantOf(measured, split))} that evaluation.relevant, by "${column}", does not call an answer (${whole(relevant?.[split].rows ?? 0)} of ${whole(splits[split].rows)} ${split} rows meet it)`;
}

function reasonsOf(measured: Measured, split: HeldOut): string[] {
  const { splits, withNulls } = measured;
  const { model, features } = measured.spec;
  const { newUser, newItem, newBoth, noTarget } = splits[split];
  const [user, item] = [idFeature(features.query), idFeature(features.candidate)];
  const unknown = (column: string) =>
    withNulls.has(column)
      ? `whose "${column}" is missing or not known to train`
      : `whose "${column}" train does not know`;
  const ofTrain = [
    [newUser, unknown(user.column)],
    [newItem, unknown(item.column)],
    [
      newBoth,
      withNulls.has(user.column) || withNulls.has(item.column)
        ? 'both of whose ids are missing or not known to train'
        : 'both of whose ids train does not know',
    ],
    [model.type === 'retrieval' ? 0 : noTarget, 'without a target'],
  ]
    .filter(([count]) => count !== 0)
    .map(([count, what]) => `${whole(Number(count))} ${what}`);
  const isIrrelevant = model.type === 'retrieval' && irrelevantOf(measured, split) > 0;
  return [...ofTrain, ...(isIrrelevant ? [notRelevant(measured, split)] : [])];
}

/** By what keeps most of the rows out. */
function remedyOf({ dataset, features, model }: Spec, rows: MeasuredRows, split: HeldOut): string {
  const { newUser, newItem, newBoth, noTarget } = rows;
  const more = `bring more rows, or hold out more of them (dataset.split)`;
  const lost = [
    { rows: newUser + newBoth, id: idFeature(features.query), others: 'users' },
    { rows: newItem + newBoth, id: idFeature(features.candidate), others: 'items' },
  ].toSorted((a, b) => b.rows - a.rows)[0];
  if (model.type !== 'retrieval' && noTarget > (lost?.rows ?? 0))
    return `bring ${split} rows that have "${features.target?.column}", or correct its cast in dataset.columns`;
  if (!lost || lost.rows < rows.known || lost.rows === 0) return more;
  const { column, minCount, maxSize } = lost.id;
  const vocabulary =
    minCount > 1 || maxSize !== undefined
      ? `; the minCount and maxSize of "${column}" count as new what is rarer`
      : '';
  return `${splitRemedy(dataset.split, column, lost.others)}${vocabulary}`;
}

function splitRemedy(split: Spec['dataset']['split'], column: string, others: string): string {
  const known = `so that ${others} of train are measured`;
  switch (split.strategy) {
    case 'group':
      return split.column === column
        ? `dataset.split keeps the rows of each "${column}" together, so that all that are held out are new: split by "random" or "time" ${known}`
        : `split by "random" or "time" ${known}, or bring more rows of each "${column}"`;
    case 'column':
      return `let column "${split.column}" put rows of each "${column}" on the side of train too, or split by "random"`;
    case 'time':
    case 'timeHoldout':
    case 'strictTemporal':
      return `hold out less time in dataset.split, or split by "random" ${known}`;
    default:
      return `bring more rows of each "${column}"`;
  }
}

export function sectionInWords({ section }: { section: 'earlyStopping' | 'schedule' }): string {
  return section === 'earlyStopping' ? 'early stopping' : 'the schedule of the learning rate';
}
