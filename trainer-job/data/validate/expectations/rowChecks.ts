import type { Expectation } from '@trainyard/shared';
import { literal, type Database } from '../../database.js';
import { noColumns } from '../../ingest/columnNames.js';
import { textSql } from '../../ingest/columns.js';
import { basicType, doubleSql, measureSql, shownSql, type RowsColumn } from '../profile/columnSql.js';
import type { Profile } from '@trainyard/shared/profile/profile';
import { MAX_EXAMPLES } from '@trainyard/shared/profile/validation';
import { suspectLabels } from './labels.js';
import { examplesOf, type RowResult } from './rowResult.js';
import { repeatedRows } from './uniqueness.js';

/** The expectations that need the rows themselves; the others are judged by the profile. */
const ROW_EXPECTATIONS = ['range', 'values', 'pattern', 'unique', 'outliers', 'labels'] as const;
export type RowExpectation = Extract<Expectation, { expect: (typeof ROW_EXPECTATIONS)[number] }>;

export function needsRows(expectation: Expectation): expectation is RowExpectation {
  return ROW_EXPECTATIONS.some((kind) => kind === expectation.expect);
}

/** What the checks look at: the view `rows`, its columns and their profile. */
export interface RowsUnderTest {
  database: Database;
  columns: readonly RowsColumn[];
  profile: Profile;
  /** The ids of the towers. */
  ids: { user: string; item: string };
}

/** One result for each expectation. What is a condition on single values is counted for all of them in one pass. */
export async function checkRows(
  under: RowsUnderTest,
  expectations: readonly RowExpectation[],
): Promise<RowResult[]> {
  const planned: (Condition | RowResult)[] = [];
  for (const expectation of expectations) planned.push(await plan(under, expectation));
  const conditions = planned.filter((one) => 'breaks' in one);
  const counted = await countBreaks(under.database, conditions);
  return planned.map((one) => ('breaks' in one ? (counted.shift() ?? { problem: 'not counted' }) : one));
}

/** SQL of a column and of what is true where its value breaks the expectation. */
interface Condition {
  value: string;
  breaks: string;
}

async function plan(under: RowsUnderTest, expectation: RowExpectation): Promise<Condition | RowResult> {
  const missing = columnsOf(under, expectation).filter(
    (name) => !under.columns.some((column) => column.name === name),
  );
  if (missing.length > 0) {
    const existing = under.columns.map(({ name }) => name);
    return { problem: noColumns(missing, existing) };
  }
  switch (expectation.expect) {
    case 'range':
      return range(under, expectation);
    case 'values': {
      const { internal } = columnOf(under, expectation.column);
      const allowed = expectation.values.map((value) => literal(String(value))).join(', ');
      return { value: internal, breaks: `${textSql(internal)} NOT IN (${allowed})` };
    }
    case 'pattern':
      return pattern(under, expectation);
    case 'outliers':
      return outliers(under, expectation);
    case 'unique':
      return repeatedRows(
        under.database,
        expectation.columns.map((name) => columnOf(under, name).internal),
      );
    case 'labels': {
      const [label, user, item] = columnsOf(under, expectation).map((name) => columnOf(under, name));
      if (!label || !user || !item || basicType(label.type) !== 'number')
        return { problem: `column "${expectation.column}" holds no numbers` };
      const measure = measureSql(label.internal, label.type);
      return suspectLabels(under.database, {
        measure,
        user: user.internal,
        item: item.internal,
        z: expectation.z,
      });
    }
  }
}

function columnsOf({ ids }: RowsUnderTest, expectation: RowExpectation): string[] {
  if (expectation.expect === 'unique') return expectation.columns;
  if (expectation.expect !== 'labels') return [expectation.column];
  return [expectation.column, expectation.user ?? ids.user, expectation.item ?? ids.item];
}

function columnOf({ columns }: RowsUnderTest, name: string): RowsColumn {
  const column = columns.find((candidate) => candidate.name === name);
  if (!column) throw new Error(`no column ${name}`);
  return column;
}

async function range(
  under: RowsUnderTest,
  { column, min, max, strict }: Extract<Expectation, { expect: 'range' }>,
): Promise<Condition | RowResult> {
  const { internal, type } = columnOf(under, column);
  const basic = /^TIME\b/.test(type) ? 'text' : basicType(type);
  const bounds: string[] = [];
  for (const [given, below] of [
    [min, true],
    [max, false],
  ] as const) {
    if (given === undefined) continue;
    const sql = await boundSql(under.database, basic, given);
    if (sql === undefined) {
      return {
        problem: `column "${column}" is of type ${type}, which cannot be compared with ${JSON.stringify(given)}`,
      };
    }
    bounds.push(`${comparable(internal, basic)} ${below ? '<' : '>'}${strict ? '=' : ''} ${sql}`);
  }
  return { value: internal, breaks: bounds.join(' OR ') };
}

const comparable = (internal: string, basic: string) =>
  basic === 'time' ? `CAST(${internal} AS TIMESTAMP)` : internal;

/** Undefined for what the column's type cannot be compared with. */
async function boundSql(
  database: Database,
  basic: string,
  given: number | string,
): Promise<string | undefined> {
  if (basic === 'number' && typeof given === 'number') return doubleSql(given);
  if (basic !== 'time' || typeof given !== 'string') return undefined;
  const time = `CAST(try_cast(${literal(given)} AS TIMESTAMPTZ) AS TIMESTAMP)`;
  const [row = {}] = await database.rows(`SELECT ${time} IS NOT NULL AS readable`);
  return row['readable'] === true ? time : undefined;
}

async function pattern(
  under: RowsUnderTest,
  expectation: Extract<Expectation, { expect: 'pattern' }>,
): Promise<Condition | RowResult> {
  const { internal } = columnOf(under, expectation.column);
  const given = literal(expectation.pattern);
  try {
    await under.database.rows(`SELECT regexp_full_match('', ${given})`);
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split('\n') : [];
    return { problem: `the pattern is none that RE2 reads: ${reason.slice(0, 300)}` };
  }
  return { value: internal, breaks: `NOT regexp_full_match(${textSql(internal)}, ${given})` };
}

function outliers(
  under: RowsUnderTest,
  { column, z: limit }: Extract<Expectation, { expect: 'outliers' }>,
): Condition | RowResult {
  const { internal, type } = columnOf(under, column);
  const measured = under.profile.columns.find(({ name }) => name === column)?.measured;
  if (basicType(type) !== 'number') return { problem: `column "${column}" holds no numbers` };
  // Of nulls alone, of one row and of one value there is none.
  if (!measured?.std) return { count: 0, total: measured?.rows ?? 0, examples: [] };
  const distance = `abs(${measureSql(internal, type)} - ${doubleSql(measured.mean)})`;
  return { value: internal, breaks: `${distance} > ${doubleSql(limit * measured.std)}` };
}

async function countBreaks(database: Database, conditions: readonly Condition[]): Promise<RowResult[]> {
  if (conditions.length === 0) return [];
  const selected = conditions.map(
    ({ value, breaks }, i) => `count(*) FILTER (${breaks}) AS breaks${i}, count(${value}) AS total${i}`,
  );
  const counts = await database.counts(`SELECT ${selected.join(', ')} FROM rows`);
  const results: RowResult[] = [];
  for (const [i, { value, breaks }] of conditions.entries()) {
    const count = counts[`breaks${i}`] ?? 0;
    results.push({
      count,
      total: counts[`total${i}`] ?? 0,
      examples:
        count === 0
          ? []
          : await examplesOf(
              database,
              `SELECT row, ${shownSql(value)} AS value FROM rows WHERE ${breaks} ORDER BY row LIMIT ${MAX_EXAMPLES}`,
            ),
    });
  }
  return results;
}
