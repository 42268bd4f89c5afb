import { assertNever, lastRowsPerUser, type Split, type SplitOf } from '@trainyard/shared';
import { literal, type Database } from '../../database.js';
import type { SplitName } from '../../encodedDataset.js';
import { internalName, textSql } from '../../ingest/columns.js';
import type { IngestOutcome } from '../../ingest/ingest.js';
import { lastRowsSql } from './lastRows.js';
import type { NotHeldOut, TiedRows } from './notes.js';
import { timeColumn } from '../timeColumn.js';

/** 0, 1 and 2 in the encoded rows. */
export const SPLITS: readonly SplitName[] = ['train', 'validation', 'test'];
/** Of a row that the split's column puts nowhere. */
const NOWHERE = 3;

/** Shares are of binary fractions: 0.95 · 400 must be 380, not 379. */
const ROUNDING = 1e-6;
const DAY = 86_400;

type Shares = Record<SplitName, number>;

/** Positions of the first validation and the first test row, of `rows` rows in the split's order. */
function bounds(split: Shares, rows: number): { validation: number; test: number } {
  return {
    validation: Math.floor(rows * split.train + ROUNDING),
    test: Math.floor(rows * (1 - split.test) + ROUNDING),
  };
}

/** Rows per split: exact for `time`, expected for draws, undefined where only the data can tell. */
export function splitSizes(split: Split, rows: number): Record<SplitName, number> | undefined {
  switch (split.strategy) {
    case 'time': {
      const { validation, test } = bounds(split, rows);
      return { train: validation, validation: test - validation, test: rows - test };
    }
    case 'random':
    case 'stratified':
    case 'group':
      return { train: rows * split.train, validation: rows * split.validation, test: rows * split.test };
    case 'timeHoldout':
    case 'strictTemporal':
    case 'column':
    case 'leaveOneOut':
    case 'lastN':
      return undefined;
    default:
      return assertNever(split);
  }
}

/** [rows] 0, 1 or 2 for train, validation and test; and all rows in the split's order where that is not the source's. */
export interface Sides {
  side: Uint8Array;
  order?: Int32Array;
  /** Of `time`, and of splits by the last rows of each user. */
  tied?: TiedRows;
  /** Of a split by the last rows of each user. */
  notHeldOut?: NotHeldOut;
  /** Of a split by instants: the oldest and the newest time, in seconds since 1970. */
  span?: TimeSpan;
}

export interface TimeSpan {
  oldest: number;
  newest: number;
}

/** Splits the rows of the view `rows`. Splits by time are in its order, nulls first, ties in the order of the source. */
export async function sidesOf(database: Database, split: Split, ingested: IngestOutcome): Promise<Sides> {
  const { columns, rowsKept } = ingested;
  const textOf = (name: string) => textSql(internalName(columns, name));
  switch (split.strategy) {
    case 'random':
      return drawn(
        database,
        rowsKept,
        `SELECT n, ${sideByShares(drawSql(split.seed, contentSql(columns)), split)} FROM rows`,
      );
    case 'group':
      return drawn(
        database,
        rowsKept,
        `SELECT n, ${sideByShares(drawSql(split.seed, partSql(textOf(split.column))), split)} FROM rows`,
      );
    case 'stratified':
      return drawn(database, rowsKept, stratifiedSql(split, textOf(split.column), contentSql(columns)));
    case 'column':
      return drawn(database, rowsKept, `SELECT n, ${sideByValue(split, textOf(split.column))} FROM rows`);
    case 'time': {
      const { validation, test } = bounds(split, rowsKept);
      await timeColumn(database, ingested, split.column, 'order');
      const time = internalName(columns, split.column);
      const order = await orderOf(database, rowsKept, time);
      const side = new Uint8Array(rowsKept);
      order.forEach((row, position) => (side[row] = position < validation ? 0 : position < test ? 1 : 2));
      const tiedFrom = (first: number, end: number) => tiedRows(database, time, order, first, end);
      const tied = {
        validation: await tiedFrom(validation, test),
        test: await tiedFrom(test, rowsKept),
      };
      return { side, order, tied };
    }
    case 'timeHoldout':
    case 'strictTemporal': {
      const { seconds } = await timeColumn(database, ingested, split.column, 'instants');
      const span = await spanOf(database, seconds);
      const { validation, test } = turningPoints(split, span);
      // A row without a time is one of the oldest.
      const side = `CASE WHEN ${seconds} >= ${test} THEN 2 WHEN ${seconds} >= ${validation} THEN 1 ELSE 0 END`;
      return {
        ...(await drawn(database, rowsKept, `SELECT n, ${side} FROM rows`)),
        order: await orderOf(database, rowsKept, seconds),
        span,
      };
    }
    case 'leaveOneOut':
    case 'lastN': {
      await timeColumn(database, ingested, split.column, 'order');
      const time = internalName(columns, split.column);
      const perUser = lastRowsPerUser(split);
      const last = lastRowsSql({ user: textOf(split.user), time, perUser });
      return {
        ...(await drawn(database, rowsKept, last.sides)),
        order: await orderOf(database, rowsKept, time),
        ...(await last.counts(database)),
      };
    }
    default:
      return assertNever(split);
  }
}

/** The sides of a query of row and side. */
async function drawn(database: Database, rows: number, sql: string): Promise<Sides> {
  const side = new Uint8Array(rows);
  await database.scan(sql, ([numbers = [], sides = []]) =>
    numbers.forEach((row, i) => (side[row as number] = sides[i] as number)),
  );
  return { side };
}

async function orderOf(database: Database, rows: number, by: string): Promise<Int32Array> {
  const order = new Int32Array(rows);
  let position = 0;
  await database.scan(`SELECT n FROM rows ORDER BY ${by} NULLS FIRST, n`, ([numbers = []]) => {
    for (const row of numbers) order[position++] = row as number;
  });
  return order;
}

/** How many rows of the positions `first` to `end` have the same time as the row before them. */
async function tiedRows(
  database: Database,
  time: string,
  order: Int32Array,
  first: number,
  end: number,
): Promise<number> {
  if (first === 0 || first >= end) return 0;
  const { earlier = 0, equal = 0 } = await database.counts(
    `SELECT count(*) FILTER (time IS NULL OR time < cut) AS earlier, count(*) FILTER (time = cut) AS equal
      FROM (SELECT ${time} AS time, (SELECT ${time} FROM rows WHERE n = ${order[first]}) AS cut FROM rows)`,
  );
  return earlier < first ? Math.max(0, Math.min(earlier + equal, end) - first) : 0;
}

async function spanOf(database: Database, seconds: string): Promise<TimeSpan> {
  const { oldest = 0, newest = 0 } = await database.counts(
    `SELECT min(${seconds}) AS oldest, max(${seconds}) AS newest FROM rows`,
  );
  return { oldest, newest };
}

/** The first seconds of validation and of test. */
function turningPoints(
  split: SplitOf<'timeHoldout' | 'strictTemporal'>,
  { newest }: TimeSpan,
): { validation: number; test: number } {
  if (split.strategy === 'strictTemporal') {
    return { validation: Date.parse(split.validationFrom) / 1000, test: Date.parse(split.testFrom) / 1000 };
  }
  const test = newest - split.testDays * DAY;
  return { validation: test - split.validationDays * DAY, test };
}

/** A text in which it is seen where it ends, and that it is not null. */
function partSql(text: string): string {
  return `coalesce(strlen(${text}) || ':' || ${text}, '-')`;
}

/** All that a row holds, by the names of the columns: neither their order nor the row's position counts. */
function contentSql(columns: IngestOutcome['columns']): string {
  const parts = columns
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ internal }) => partSql(textSql(internal)));
  return `concat(${parts.join(', ')})`;
}

/** A number in [0, 1) by a hash. */
function drawSql(seed: number, content: string): string {
  return `(md5_number_lower(${literal(`${seed}:`)} || ${content})::DOUBLE / 18446744073709551616.0)`;
}

function sideByShares(draw: string, { train, test }: Shares): string {
  return `(CASE WHEN ${draw} < ${train} THEN 0 WHEN ${draw} < ${1 - test} THEN 1 ELSE 2 END)`;
}

function sideByValue(split: SplitOf<'column'>, text: string): string {
  const whens = SPLITS.map((name, side) => {
    const values = split[name].map((value) => literal(String(value)));
    return `WHEN ${text} IN (${values.join(', ')}) THEN ${side}`;
  });
  return `(CASE ${whens.join(' ')} ELSE ${NOWHERE} END)`;
}

/** The rows of each stratum in the order of their draws, cut where the shares say. */
function stratifiedSql(
  { seed, train, test }: SplitOf<'stratified'>,
  stratum: string,
  content: string,
): string {
  const until = (share: number) => `floor(size * ${share} + ${0.5 + ROUNDING})`;
  return `SELECT n, CASE WHEN position < ${until(train)} THEN 0 WHEN position < ${until(1 - test)} THEN 1 ELSE 2 END
    FROM (SELECT n, count(*) OVER (PARTITION BY stratum) AS size,
        row_number() OVER (PARTITION BY stratum ORDER BY draw, n) - 1 AS position
      FROM (SELECT n, ${stratum} AS stratum, ${drawSql(seed, content)} AS draw FROM rows))`;
}
