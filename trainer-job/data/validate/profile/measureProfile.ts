import type { Database } from '../../database.js';
import { binCounts } from './binCounts.js';
import { kindOf } from './kind.js';
import {
  HISTOGRAM_BINS,
  MAX_TOP,
  type QUANTILES,
  SMALL_DOMAIN,
  type ColumnProfile,
  type Measured,
  type Profile,
} from '@trainyard/shared/profile/profile';
import { basicType, doubleSql, measureOf, measureSql, shownSql, type RowsColumn } from './columnSql.js';
import { percentilesOf } from './percentiles.js';
import { topValues } from './topValues.js';

/** With more values than this a column is not grouped: the groups would need gigabytes. */
const MAX_GROUPS = 5_000_000;

/**
 * Profiles the table or view `rows`. Of each column the distinct values are counted once, and everything else is computed
 * of these counts, which are far fewer than the rows; then one pass over all columns fills the bins.
 */
export async function measureProfile(
  database: Database,
  columns: readonly RowsColumn[],
  { maxGroups = MAX_GROUPS } = {},
): Promise<Profile> {
  const estimates = await database.counts(
    `SELECT count(*) AS n ${columns.map(({ internal }, i) => `, approx_count_distinct(${internal}) AS d${i}`).join('')}
      FROM rows`,
  );
  const rows = estimates['n'] ?? 0;
  const drafts: Draft[] = [];
  for (const [i, column] of columns.entries()) {
    drafts.push(await draftOf(database, column, rows, (estimates[`d${i}`] ?? 0) <= maxGroups));
  }
  return { schemaVersion: 1, rows, columns: await withBins(database, drafts) };
}

type MeasuredDraft = Omit<Measured, 'histogram' | 'bins'> & { edges: number[] };
interface Draft {
  column: RowsColumn;
  /** The type that its values are measured as: that of numbers, too, where a column of texts holds nothing else. */
  measuredType: string;
  profile: Omit<ColumnProfile, 'measured'>;
  measured: MeasuredDraft | null;
}

/** All of a column but its bins. `groups` has a row for each value with its count, or, ungrouped, for each row with 1. */
async function draftOf(
  database: Database,
  column: RowsColumn,
  rows: number,
  isGrouped: boolean,
): Promise<Draft> {
  const { internal, type } = column;
  // Lists and structures are compared and counted as their text.
  const value = basicType(type) === 'nested' ? `CAST(${internal} AS VARCHAR)` : internal;
  const groupsMeasuredAs = (measuredType: string) => {
    const selected = `${value} AS value, ${measureSql(value, measuredType)} AS m`;
    return database.run(
      isGrouped
        ? `CREATE OR REPLACE TEMP TABLE groups AS SELECT ${selected}, count(*) AS n FROM rows
            WHERE ${internal} IS NOT NULL GROUP BY ALL`
        : `CREATE OR REPLACE TEMP VIEW groups AS SELECT ${selected}, 1 AS n FROM rows WHERE ${internal} IS NOT NULL`,
    );
  };
  await groupsMeasuredAs(type);
  try {
    const hasNumbers = basicType(type) === 'text' && (await areNumbers(database));
    if (hasNumbers && isGrouped) await database.run(`UPDATE groups SET m = ${measureSql('value', 'DOUBLE')}`);
    if (hasNumbers && !isGrouped) await groupsMeasuredAs('DOUBLE');
    return await draftOfGroups(database, column, hasNumbers ? 'DOUBLE' : type, rows, isGrouped);
  } finally {
    await database.run(`DROP ${isGrouped ? 'TABLE' : 'VIEW'} groups`);
  }
}

/** Whether all texts are numbers as a file without types writes them; zeros in front and more than 15 digits are those of ids. */
async function areNumbers(database: Database): Promise<boolean> {
  const [row = {}] = await database.rows(
    `SELECT coalesce(bool_and(regexp_full_match(CAST(value AS VARCHAR), '${NUMBER_TEXT}')
        AND coalesce(isfinite(TRY_CAST(value AS DOUBLE)), false)), false) AS numbers FROM groups`,
  );
  return row['numbers'] === true;
}

const NUMBER_TEXT = String.raw`\s*[-+]?(0|[1-9]\d{0,14})?(\.\d*)?([eE][-+]?\d{1,3})?\s*`;

async function draftOfGroups(
  database: Database,
  column: RowsColumn,
  measuredType: string,
  rows: number,
  isGrouped: boolean,
): Promise<Draft> {
  const { name, type } = column;
  const isText = basicType(measuredType) === 'text';
  const [found = {}] = await database.rows(
    `SELECT coalesce(sum(n), 0) AS present, ${isGrouped ? 'count(*)' : 'approx_count_distinct(value)'} AS "distinct",
      ${shownSql('min(value)')} AS min, ${shownSql('max(value)')} AS max,
      ${isText ? `coalesce(sum(n) FILTER (contains(CAST(value AS VARCHAR), ' ')), 0)` : '0'} AS blanks,
      coalesce(bool_and(m = trunc(m)), false) AS whole FROM groups`,
  );
  const present = Number(found['present']);
  const distinct = Math.min(Number(found['distinct']), present);
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const isSmall = isGrouped && distinct <= SMALL_DOMAIN && basicType(type) !== 'time';
  return {
    column,
    measuredType,
    profile: {
      name,
      type,
      kind: kindOf({
        name,
        type: measuredType,
        distinct,
        blankShare: present === 0 ? 0 : Number(found['blanks']) / present,
        whole: found['whole'] === true,
      }),
      nulls: rows - present,
      nullShare: rows === 0 ? 0 : (rows - present) / rows,
      distinct,
      distinctIsExact: isGrouped,
      min: text(found['min']),
      max: text(found['max']),
      top: await topValues(database, isSmall ? SMALL_DOMAIN : MAX_TOP, isGrouped),
    },
    measured: await measuredOf(database, measuredType, isGrouped),
  };
}

/** Sums are compensated (Kahan) and squares are of differences to the mean: times are large and lie close together. */
async function measuredOf(
  database: Database,
  measuredType: string,
  isGrouped: boolean,
): Promise<MeasuredDraft | null> {
  const [row = {}] = await database.rows(
    `SELECT coalesce(sum(n), 0) AS rows, min(m) AS min, max(m) AS max, fsum(m * n) / sum(n) AS mean,
      coalesce(sum(n) FILTER (m = 0), 0) AS zeros, coalesce(sum(n) FILTER (m < 0), 0) AS negatives
      FROM groups WHERE m IS NOT NULL`,
  );
  const count = Number(row['rows']);
  if (count === 0) return null;
  const [min, max, mean] = [Number(row['min']), Number(row['max']), Number(row['mean'])];
  const [spread = {}] = await database.rows(
    `SELECT fsum(n * (m - ${doubleSql(mean)}) * (m - ${doubleSql(mean)})) AS squares FROM groups WHERE m IS NOT NULL`,
  );
  const percentiles = await percentilesOf(database, count, isGrouped);
  const at = (percent: (typeof QUANTILES)[number]) => percentiles[percent - 1] ?? 0;
  return {
    of: measureOf(measuredType),
    rows: count,
    min,
    max,
    mean,
    std: count < 2 ? null : Math.sqrt(Number(spread['squares']) / (count - 1)),
    zeros: Number(row['zeros']),
    negatives: Number(row['negatives']),
    quantiles: { p01: at(1), p05: at(5), p25: at(25), p50: at(50), p75: at(75), p95: at(95), p99: at(99) },
    quantilesAreExact: isGrouped,
    edges: [justBelow(min), ...new Set(percentiles)].toSorted((a, b) => a - b),
  };
}

/** What falls below every value of the reference has a bin of its own. */
function justBelow(min: number): number {
  return min - Math.max(Math.abs(min) * 2 ** -52, 1e-300);
}

/** Upper ends of the histogram's intervals but the last. */
function widthEdges({ min, max }: Pick<Measured, 'min' | 'max'>): number[] {
  const edges = Array.from(
    { length: HISTOGRAM_BINS - 1 },
    (_, i) => min + ((max - min) * (i + 1)) / HISTOGRAM_BINS,
  );
  // Of a single value all edges are the same, and of values a rounding apart some are.
  return [...new Set(edges)];
}

async function withBins(database: Database, drafts: readonly Draft[]): Promise<ColumnProfile[]> {
  const requests = drafts.flatMap(({ column, measuredType, measured }) => {
    if (!measured) return [];
    const measure = measureSql(column.internal, measuredType);
    return [
      { measure, edges: widthEdges(measured) },
      { measure, edges: measured.edges },
    ];
  });
  const counts = await binCounts(database, requests);
  return drafts.map(({ profile, measured }) => {
    if (!measured) return { ...profile, measured };
    const [histogram = [], bins = []] = counts.splice(0, 2);
    const { edges, ...rest } = measured;
    return { ...profile, measured: { ...rest, histogram, bins: { edges, counts: bins } } };
  });
}
