import type { Join, TimeUnit } from '@trainyard/shared';
import { isTimeType, timeSql } from '../casts/timeSql.js';
import { blanksTrimmed, textSql } from './columns.js';
import type { Table } from './table.js';
import { identifier, type Database } from '../database.js';
import { TrainerError } from '../../errors/trainerError.js';

type Compare = Join['compare'];

/** A column of the rows, and the column of the other table that it must equal, with DuckDB's types. */
export interface KeyPair {
  mine: string;
  mineType: string;
  /** Of the numbers of the column here, where they are times. */
  mineUnit?: TimeUnit | undefined;
  theirs: string;
  theirType: string;
}

/** What must be known of a join to say why rows have no match. */
export interface JoinKeys {
  table: string;
  /** The place of the join in `dataset.joins`. */
  number: number;
  compare: Compare;
  pairs: readonly KeyPair[];
  /** The other table, as SQL. */
  theirs: string;
}

interface Compared {
  mine: (sql: string) => string;
  theirs: (sql: string) => string;
}

/** SQL that is true where two keys are equal. */
export function joinKeySql(mine: string, theirs: string, pair: KeyPair, compare: Compare): string {
  const compared = comparedSql(pair, compare);
  return `${compared.mine(mine)} = ${compared.theirs(theirs)}`;
}

/**
 * Makes SQL of a value on each side into SQL of what is compared. As they are, these are the values of one type, times where one side
 * has them, in whatever form the other has its own, and else their texts, as a lookup compares them. Numbers are compared exactly, so
 * that long ids stay apart.
 */
function comparedSql(pair: KeyPair, compare: Compare): Compared {
  switch (compare) {
    case 'exact':
      return comparedAsTheyAre(pair);
    case 'trimmed':
      return both((sql) => blanksTrimmed(textSql(sql)));
    case 'number':
      return both((sql) => `try_cast(${blanksTrimmed(textSql(sql))} AS DECIMAL(38, 9))`);
  }
}

function comparedAsTheyAre({ mineType, mineUnit, theirType }: KeyPair): Compared {
  if (mineType === theirType) return both((sql) => sql);
  if (!isTimeType(mineType) && !isTimeType(theirType)) return both(textSql);
  return {
    mine: (sql) => timeSql(sql, mineType, { unit: mineUnit }),
    theirs: (sql) => timeSql(sql, theirType, {}),
  };
}

function both(compared: (sql: string) => string): Compared {
  return { mine: compared, theirs: compared };
}

/** Fails with a `TrainerError` where a key is in the other table more than once: which row is meant cannot be told. */
export async function checkKeys(
  database: Database,
  { table, on, compare }: Join,
  other: Table,
  pairs: readonly KeyPair[],
): Promise<void> {
  const keys = Object.values(on);
  const values = pairs.map((pair) => comparedSql(pair, compare).theirs(identifier(pair.theirs)));
  // As texts, since keys of another type are compared so: 1 and 1.0 are one key.
  const compared = compare === 'exact' ? values.map((sql) => textSql(sql)) : values;
  const shown = keys.map((name) => `min(${textSql(identifier(name))})`);
  const [row = {}] = await database.rows(
    `SELECT count(*) AS n, min(example) AS example FROM (
      SELECT concat_ws(', ', ${shown.join(', ')}) AS example FROM ${other.sql}
      WHERE ${values.map((sql) => `${sql} IS NOT NULL`).join(' AND ')}
      GROUP BY ${compared.join(', ')} HAVING count(*) > 1)`,
  );
  if (Number(row['n']) === 0) return;
  const example = typeof row['example'] === 'string' ? row['example'].slice(0, 100) : '';
  throw new TrainerError(
    'duplicate-key',
    `table "${table}" has ${Number(row['n'])} keys more than once, such as ${keys.map((key) => `"${key}"`).join(', ')} = "${example}"`,
    `keep one row for each ${keys.join(', ')} in the table, or join on more columns`,
    { stage: 'ingest' },
  );
}

type LetterCase = 'lower' | 'upper' | 'case';

/** How rows without a match would find one, if one of the other ways to compare keys helps. */
interface Mend {
  /** `lower` and `upper` are no settings: SQL makes the letter case of the keys here so. `case` needs it on both sides. */
  compare: Compare | LetterCase;
  /** How many rows would have a match that have none. */
  rows: number;
}

/** What can be said of the rows of `table` for which `unmatched` is true, SQL both. */
export interface UnmatchedReason {
  /** Whether the other table has no row at all. */
  isEmpty: boolean;
  /** Rows without a key. */
  keyless: number;
  mend: Mend | undefined;
}

/** Tries the other ways to compare keys on the keys without a match. */
export async function reasonOfUnmatched(
  database: Database,
  table: string,
  unmatched: string,
  { pairs, compare, theirs }: JoinKeys,
): Promise<UnmatchedReason> {
  const { any = 0 } = await database.counts(`SELECT count(*) AS any FROM (SELECT 1 FROM ${theirs} LIMIT 1)`);
  if (any === 0) return { isEmpty: true, keyless: 0, mend: undefined };
  const keys = pairs.map(({ mine }, i) => `${identifier(mine)} AS k${i}`);
  const places = pairs.map((_, i) => `k${i}`);
  await database.run(
    `CREATE OR REPLACE TEMP TABLE trainyard_unmatched AS
      SELECT ${places.join(', ')}, count(*) AS n FROM (SELECT ${keys.join(', ')} FROM ${table} WHERE ${unmatched})
      GROUP BY ${places.join(', ')}`,
  );
  const { keyless = 0 } = await database.counts(
    `SELECT coalesce(sum(n), 0) AS keyless FROM trainyard_unmatched WHERE ${places.map((key) => `${key} IS NULL`).join(' OR ')}`,
  );
  let mend: Mend | undefined;
  for (const other of (['number', 'trimmed'] as const).filter((way) => way !== compare)) {
    const equal = pairs.map((pair, i) => joinKeySql(`u.k${i}`, `t.${identifier(pair.theirs)}`, pair, other));
    const { rows = 0 } = await database.counts(
      `SELECT coalesce(sum(n), 0) AS rows FROM trainyard_unmatched AS u
        WHERE EXISTS (SELECT 1 FROM ${theirs} AS t WHERE ${equal.join(' AND ')})`,
    );
    if (rows > (mend?.rows ?? 0)) mend = { compare: other, rows };
  }
  for (const letterCase of ['lower', 'upper', 'case'] as const) {
    const rows = await matchedIn(database, letterCase, pairs, theirs);
    if (rows > (mend?.rows ?? 0)) mend = { compare: letterCase, rows };
  }
  return { isEmpty: false, keyless, mend };
}

/** How many of the rows without a match differ from a key by letter case alone. */
async function matchedIn(
  database: Database,
  letterCase: LetterCase,
  pairs: readonly KeyPair[],
  theirs: string,
): Promise<number> {
  const mine = letterCase === 'case' ? 'lower' : letterCase;
  const equal = pairs.map(({ theirs: name }, i) => {
    const key = textSql(`t.${identifier(name)}`);
    return `${mine}(${textSql(`u.k${i}`)}) = ${letterCase === 'case' ? `lower(${key})` : key}`;
  });
  const { rows = 0 } = await database.counts(
    `SELECT coalesce(sum(n), 0) AS rows FROM trainyard_unmatched AS u
      WHERE EXISTS (SELECT 1 FROM ${theirs} AS t WHERE ${equal.join(' AND ')})`,
  );
  return rows;
}

const WAYS = {
  exact: 'as they are',
  number: 'as numbers',
  trimmed: 'without blanks at their ends',
  lower: 'in lower case',
  upper: 'in upper case',
  case: 'in lower case on both sides',
} as const;

/** For a warning, in words: how the keys were compared, and the setting that would find more. */
export function describeReason(keys: JoinKeys, reason: UnmatchedReason): { why?: string; remedy?: string } {
  const why = factsOf(keys, reason).join('; ');
  return { ...(why && { why }), ...(reason.mend && { remedy: settingOf(keys, reason.mend) }) };
}

/** A join that brings nothing to any of `rows` rows. */
export function nothingMatched(keys: JoinKeys, rows: number, reason: UnmatchedReason): TrainerError {
  const on = keys.pairs.map(({ mine, theirs }) => `"${mine}" = "${theirs}"`).join(' and ');
  const facts = factsOf(keys, reason);
  return new TrainerError(
    'unmatched-join',
    `none of ${rows} rows has a match in table "${keys.table}" on ${on}${facts.length > 0 ? `: ${facts.join('; ')}` : ''}`,
    reason.mend
      ? `${settingOf(keys, reason.mend)}, or write the keys alike`
      : `name the columns whose values are the same in dataset.joins[${keys.number}].on, or remove the join`,
    { stage: 'ingest' },
  );
}

function factsOf({ pairs, compare }: JoinKeys, { isEmpty, keyless, mend }: UnmatchedReason): string[] {
  if (isEmpty) return ['the table has no rows'];
  const differ = pairs.filter(({ mineType, theirType }) => compare === 'exact' && mineType !== theirType);
  return [
    ...differ.map(
      ({ mine, mineType, theirs, theirType }) =>
        `"${mine}" (${mineType}) and "${theirs}" (${theirType}) are compared as ${isTimeType(mineType) || isTimeType(theirType) ? 'times' : 'texts'}`,
    ),
    ...(keyless > 0 ? [`${keyless} rows have no key`] : []),
    ...(mend ? [`compared ${WAYS[mend.compare]}, ${mend.rows} of them would have a match`] : []),
  ];
}

function settingOf({ number, table, pairs }: JoinKeys, { compare }: Mend): string {
  if (compare === 'lower' || compare === 'upper' || compare === 'case') {
    const change = compare === 'case' ? 'lower' : compare;
    const changed = pairs.map(({ mine }) => `${change}(${identifier(mine)}::VARCHAR) AS ${identifier(mine)}`);
    const theirs = compare === 'case' ? `, and write the keys of table "${table}" in lower case` : '';
    return `set dataset.sql to "SELECT * REPLACE (${changed.join(', ')}) FROM source"${theirs}`;
  }
  return `set dataset.joins[${number}].compare to "${compare}"`;
}
