/** What came of reading a column as another type, once all of its values are counted. */
import { runWarning, TIME_UNITS, type RunWarning, type TimeUnit, whole } from '@trainyard/shared';
import { z } from 'zod';
import type { Database } from '../database.js';
import { castVerdictSql } from './castSql.js';
import {
  changedExamples,
  numberRange,
  readsAll,
  unreadValues,
  type Proposal,
  type Unread,
} from './proposal.js';
import { isCast, typeWords, type Reading } from './reading.js';
import { presentOf, type VerdictCounts } from './verdict.js';
import { noneInOneUnit } from './words.js';

/** What is wrong with all of a column: an error where the run reads it, else a warning. */
export const castProblemSchema = z.strictObject({
  /** The column that has what was read, and the one that it was read of: the same for a cast. */
  name: z.string(),
  source: z.string(),
  code: z.enum(['cast-failed', 'cast-changes-values', 'implausible-times']),
  message: z.string(),
  remedy: z.string(),
});
export type CastProblem = z.infer<typeof castProblemSchema>;

export interface Judgement {
  /** Values that count as null since they could not be read. */
  failed: number;
  /** What a person should know of these. */
  warning?: RunWarning;
  /** The unit of a column of times that are numbers. */
  unit?: TimeUnit;
  problem?: CastProblem;
}

/**
 * There is a problem where values were changed, where times are in no unit or in several, where a cast could read no value, and where a
 * setting would read all of them that has not been made.
 */
export async function judgeReading(
  database: Database,
  reading: Reading,
  counts: VerdictCounts,
): Promise<Judgement> {
  const { raw, cleaning } = reading;
  const verdict = castVerdictSql(raw.value, raw.type, cleaning);
  const failed = counts.failed + counts.implausible;
  if (counts.changed > 0) return { failed, problem: await changed(database, reading, counts, verdict) };
  const units = TIME_UNITS.filter((unit) => counts[unit] > 0);
  if (counts.implausible > 0 || units.length > 1) {
    return { failed, problem: await implausible(database, reading, counts) };
  }
  const unit = cleaning.unit ?? units[0];
  const judged = { failed, ...(unit && { unit }) };
  if (failed === 0) return judged;
  const unread = await unreadValues(database, reading, verdict);
  const present = presentOf(counts);
  const [proposal] = unread.proposals;
  // A derived column is null where its operand cannot be read: that is said of it.
  const isWhole =
    isCast(reading) && (failed === present || (proposal && (await readsAll(database, reading, proposal))));
  if (isWhole) return { ...judged, problem: unreadable(reading, failed, present, unread) };
  return {
    ...judged,
    warning: runWarning(
      'cast-failed',
      `${failureOf(reading)} failed for ${failed} of ${whole(present)} values, which count as null: ${formsOf(unread)}`,
      unread.proposals.length > 0
        ? remedyOf(reading, unread)
        : `correct the values, or ${settingsOf(reading)}`,
      { values: present, failed },
    ),
  };
}

function problem(
  { name, source }: Reading,
  code: CastProblem['code'],
  message: string,
  remedy: string,
): CastProblem {
  return { name, source, code, message, remedy };
}

function failureOf(reading: Reading): string {
  const { name, source } = reading;
  return isCast(reading)
    ? `the cast of column "${name}"`
    : `reading column "${source}" as ${typeWords(reading)} for the derived column "${name}"`;
}

function unreadable(reading: Reading, failed: number, present: number, unread: Unread): CastProblem {
  const { cast } = reading.cleaning;
  const how = isCast(reading) ? ` to ${cast}` : '';
  const many =
    failed === present ? `all ${whole(failed)} values` : `${whole(failed)} of ${whole(present)} values`;
  return problem(
    reading,
    'cast-failed',
    `${failureOf(reading)}${how} failed for ${many}: ${formsOf(unread)}`,
    remedyOf(reading, unread),
  );
}

function formsOf({ forms }: Unread): string {
  const listed = forms.map((form) => `"${form}"`).join(', ');
  return `they are written like ${listed} (9 stands for a digit, A for a letter)`;
}

function remedyOf(reading: Reading, { proposals }: Unread): string {
  const settings = settingsOf(reading);
  const [only] = proposals;
  if (only && proposals.length === 1) return `set ${settings}.${withCast(reading, only)}`;
  if (proposals.length > 1) {
    const choices = proposals.slice(0, 4).map((one) => `${one.setting} (${one.means})`);
    return `the values alone do not say which is meant: set ${settings}.${choices.join(', or ')}`;
  }
  return withoutProposal(reading);
}

/** A column that is derived is made of another, which is what has to be cast. */
function withCast(reading: Reading, { setting }: Proposal): string {
  const { cast } = reading.cleaning;
  const needsCast = !isCast(reading) && !setting.startsWith('cast');
  return needsCast ? `cast to "${cast}" and its ${setting}` : setting;
}

function settingsOf({ source }: Reading): string {
  return `dataset.columns["${source}"]`;
}

function withoutProposal(reading: Reading): string {
  const settings = settingsOf(reading);
  switch (reading.cleaning.cast) {
    case 'timestamp':
      return `set ${settings}.format to how the times are written, as in "%d.%m.%Y %H:%M", or name the right column`;
    case 'boolean':
      return 'derive the column by dataset.derive with "is": "if", which says what counts as true, or name the right column';
    case 'int64':
    case 'float64':
    case 'string':
      return 'name the right column, leave the cast out, or make numbers of the texts in dataset.sql';
  }
}

async function changed(
  database: Database,
  reading: Reading,
  counts: VerdictCounts,
  verdict: string,
): Promise<CastProblem> {
  const examples = await changedExamples(database, reading, verdict);
  const settings = settingsOf(reading);
  const toWhole = reading.cleaning.cast === 'int64';
  return problem(
    reading,
    'cast-changes-values',
    `${failureOf(reading)} to ${reading.cleaning.cast} would change ${whole(counts.changed)} of ${whole(presentOf(counts))} values, such as ${examples.join(', ')}: ` +
      (toWhole ? 'they are no whole numbers of 64 bits' : 'a double has not so many digits'),
    toWhole
      ? `set ${settings}.cast to "float64", or ${settings}.round to true where rounded numbers are meant`
      : `set ${settings}.cast to "int64", or to "string" where they are ids, or ${settings}.round to true where rounded numbers are meant`,
  );
}

async function implausible(
  database: Database,
  reading: Reading,
  counts: VerdictCounts,
): Promise<CastProblem> {
  const range = await numberRange(database, reading);
  const { message, remedy } = noneInOneUnit(reading.source, reading.cleaning.unit, counts, range);
  return problem(reading, 'implausible-times', `${failureOf(reading)} failed: ${message}`, remedy);
}
