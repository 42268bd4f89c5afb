import { lastRowsPerUser, splitTimeUse, whole } from '@trainyard/shared';
import { join } from 'node:path';
import type { Split, SplitOf } from '@trainyard/shared';
import { z } from 'zod';
import { readArray, writeArrays } from '../../typedFiles.js';
import { literal } from '../../database.js';
import { internalName, textSql } from '../../ingest/columns.js';
import type { PieceCache, PieceRequest } from '../pieces.js';
import { withRows, type IngestedRows } from '../rowsOf.js';
import type { NotHeldOut, TiedRows } from './notes.js';
import { sidesOf, SPLITS, type TimeSpan } from './sides.js';
import { TrainerError } from '../../../errors/trainerError.js';

/** Raise it when the same rows would be split otherwise. */
const SPLIT_VERSION = 4;

const rowsSchema = z.strictObject({ train: z.int(), validation: z.int(), test: z.int() });
const outcomeSchema = z.strictObject({
  rows: rowsSchema,
  /** Of a split by shares of time, or by the last rows of each user. */
  tied: z.strictObject({ validation: z.int(), test: z.int() }).optional(),
  /** Of a split by the last rows of each user. */
  notHeldOut: z.strictObject({ users: z.int(), rows: z.int() }).optional(),
});
type Outcome = z.infer<typeof outcomeSchema>;

/**
 * Which rows are for what. All rows have a *place*: those of train come first, then validation, then test, and within each
 * they are in the split's order. Encoded rows are stored by place, so the training rows are places 0 … rows.train - 1.
 */
export interface SplitRows {
  rows: z.infer<typeof rowsSchema>;
  /** [rows] the place of each row of the ingested ones. */
  place: Int32Array;
  digest: string;
}

export async function splitRows(cache: PieceCache, ingested: IngestedRows, split: Split): Promise<SplitRows> {
  const { folder, outcome, digest } = await cache(pieceOf(ingested, split));
  const place = await readArray(Int32Array, join(folder, 'place.i32'), ingested.outcome.rowsKept);
  return { rows: outcome.rows, place, digest };
}

/** What one has to know of a split that goes by the order of rows. */
export interface SplitNotes {
  /** How many rows are on a side by the order of the source alone; none of a split that keeps rows of one time together. */
  tied: TiedRows;
  /** Of a split by the last rows of each user. */
  notHeldOut: NotHeldOut | undefined;
}

export async function splitNotesOf(
  keep: (request: PieceRequest<Outcome>) => Promise<{ outcome: Outcome }>,
  ingested: IngestedRows,
  split: Split,
): Promise<SplitNotes> {
  const none = { validation: 0, test: 0 };
  if (splitTimeUse(split) !== 'order') return { tied: none, notHeldOut: undefined };
  const { tied = none, notHeldOut } = (await keep(pieceOf(ingested, split))).outcome;
  return { tied, notHeldOut };
}

function pieceOf(ingested: IngestedRows, split: Split): PieceRequest<Outcome> {
  return {
    key: { piece: 'split', version: SPLIT_VERSION, rows: ingested.digest, split },
    outcome: outcomeSchema,
    produce: (folder) => writePlaces(ingested, split, folder),
  };
}

async function writePlaces(ingested: IngestedRows, split: Split, folder: string): Promise<Outcome> {
  const { side, order, tied, notHeldOut, span } = await withRows(ingested, folder, (database) =>
    sidesOf(database, split, ingested.outcome),
  );
  const counts = [0, 0, 0, 0];
  for (const number of side) counts[number]! += 1;
  const [train = 0, validation = 0, test = 0, nowhere = 0] = counts;
  if (nowhere > 0 && split.strategy === 'column') throw await unlisted(ingested, split, folder);
  const rows = { train, validation, test };
  checkNoneEmpty(split, rows, span);
  const next = [0, train, train + validation];
  const place = new Int32Array(side.length);
  for (let i = 0; i < side.length; i++) {
    const row = order ? order[i]! : i;
    place[row] = next[side[row]!]!++;
  }
  await writeArrays(join(folder, 'place.i32'), place);
  return { rows, ...(tied && { tied }), ...(notHeldOut && { notHeldOut }) };
}

/** Of values that a split by a column does not list, so many are named. */
const UNLISTED_NAMED = 5;

async function unlisted(
  ingested: IngestedRows,
  split: SplitOf<'column'>,
  folder: string,
): Promise<TrainerError> {
  const listed = [...split.train, ...split.validation, ...split.test].map(String);
  const value = textSql(internalName(ingested.outcome.columns, split.column));
  const found = await withRows(ingested, folder, (database) =>
    database.rows(
      `SELECT ${value} AS value, count(*) AS rows FROM rows
        WHERE ${value} IS NULL OR ${value} NOT IN (${listed.map(literal).join(', ')}) GROUP BY ALL ORDER BY rows DESC, value`,
    ),
  );
  const rows = found.reduce((sum, row) => sum + Number(row['rows']), 0);
  const named = found
    .slice(0, UNLISTED_NAMED)
    .map(
      (row) =>
        `${row['value'] === null ? 'null' : JSON.stringify(row['value'])} in ${whole(Number(row['rows']))}`,
    );
  const others = found.length > UNLISTED_NAMED ? `, and ${whole(found.length - UNLISTED_NAMED)} others` : '';
  return new TrainerError(
    'unlisted-split-value',
    `of ${whole(ingested.outcome.rowsKept)} rows ${whole(rows)} have a value in column "${split.column}" that is none of ${JSON.stringify(listed)}: ${named.join(', ')}${others}`,
    'list every value under train, validation or test of dataset.split, or drop the other rows by dataset.where',
    { stage: 'transform' },
  );
}

/** A split is empty when the draw of a random one, or the data, left it so. */
function checkNoneEmpty(split: Split, rows: SplitRows['rows'], span: TimeSpan | undefined): void {
  const empty = SPLITS.find((name) => rows[name] === 0);
  if (!empty) return;
  throw new TrainerError(
    'empty-split',
    `of ${whole(rows.train + rows.validation + rows.test)} rows none is in the ${empty} split${whyEmpty(split, empty)}${spanInWords(split, span)}`,
    remedyOfEmpty(split, empty),
    { stage: 'transform' },
  );
}

/** What the rows of the split would have had to hold, where the specification says it. */
function whyEmpty(split: Split, empty: keyof SplitRows['rows']): string {
  if (split.strategy === 'column')
    return `, whose rows have ${split[empty].map((value) => JSON.stringify(value)).join(' or ')} in column "${split.column}"`;
  if (split.strategy !== 'strictTemporal') return '';
  const { column, validationFrom, testFrom } = split;
  const times = {
    train: `before ${validationFrom}`,
    validation: `from ${validationFrom} and before ${testFrom}`,
    test: `from ${testFrom}`,
  };
  return `, whose times in column "${column}" are ${times[empty]}`;
}

/** `; those of the data are from 2026-01-01T00:00:00Z to 2026-01-10T00:00:00Z, 9 days`. */
function spanInWords(split: Split, span: TimeSpan | undefined): string {
  if (!span || (split.strategy !== 'timeHoldout' && split.strategy !== 'strictTemporal')) return '';
  const at = (seconds: number) => new Date(1000 * seconds).toISOString().replace('.000Z', 'Z');
  const days = Number(((span.newest - span.oldest) / SECONDS_OF_DAY).toFixed(2));
  const found = `from ${at(span.oldest)} to ${at(span.newest)}, ${days} days`;
  if (split.strategy === 'strictTemporal') return `; those of the data are ${found}`;
  return `: the times of column "${split.column}" are ${found}, of which validation has the last ${split.validationDays} before the last ${split.testDays} of test`;
}

const SECONDS_OF_DAY = 86_400;

function remedyOfEmpty(split: Split, empty: keyof SplitRows['rows']): string {
  switch (split.strategy) {
    case 'column':
      return `list values that column "${split.column}" has under dataset.split.${empty}, give rows such a value in dataset.sql, or choose another strategy, such as "random"`;
    case 'strictTemporal':
      return `set dataset.split.validationFrom and testFrom to times among those of column "${split.column}"`;
    case 'leaveOneOut':
    case 'lastN': {
      const n = lastRowsPerUser(split);
      return `name the column of users in dataset.split.user, whose rows are held out where they have at least ${2 * n + 1}${n > 1 ? ', lower dataset.split.n' : ''}, or choose another strategy, such as "random"`;
    }
    case 'timeHoldout':
      return 'lower validationDays and testDays of dataset.split, so that days of train are left, or bring data of more days';
    default:
      return 'bring more data, or change dataset.split';
  }
}
