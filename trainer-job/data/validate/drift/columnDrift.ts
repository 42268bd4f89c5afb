import { z } from 'zod';
import { literal, type Database } from '../../database.js';
import { binCounts } from '../profile/binCounts.js';
import { basicType, measureSql, shownSql, type RowsColumn } from '../profile/columnSql.js';
import type { Bins, ColumnProfile, Profile } from '@trainyard/shared/profile/profile';
import type { ColumnDrift } from '@trainyard/shared/profile/validation';
import { klDivergence, ksStatistic, populationStability, smoothedShares } from './divergence.js';
import { ksPValue } from './ksPValue.js';

/** Rows of the current data in the reference's bins, or of its values with all others last, by column. */
export const driftCountsSchema = z.record(z.string(), z.array(z.int()));
export type DriftCounts = z.infer<typeof driftCountsSchema>;

/** PSI and KL are of about this many bins with as many rows of the reference each, as is usual. */
const BINS = 10;

type Reference =
  { by: 'percentiles'; bins: Bins } | { by: 'values'; top: ColumnProfile['top']; rows: number };

/** What a column is compared with; undefined where the reference has no values of it, or of another type. */
function referenceOf(
  profile: Profile,
  { name, type }: Pick<RowsColumn, 'name' | 'type'>,
): Reference | undefined {
  const column = profile.columns.find((candidate) => candidate.name === name);
  if (!column?.measured || basicType(column.type) !== basicType(type)) return undefined;
  const basic = basicType(type);
  if ((basic === 'number' || basic === 'time') && column.kind !== 'id')
    return { by: 'percentiles', bins: column.measured.bins };
  return { by: 'values', top: column.top, rows: profile.rows - column.nulls };
}

/** Counts the view `rows` as the reference was counted: numbers of all columns in one pass, other columns in one each. */
export async function driftCounts(
  database: Database,
  columns: readonly RowsColumn[],
  reference: Profile,
): Promise<DriftCounts> {
  const found: DriftCounts = {};
  const binned: { name: string; measure: string; edges: number[] }[] = [];
  for (const column of columns) {
    const compared = referenceOf(reference, column);
    if (!compared) continue;
    const { name, internal, type } = column;
    if (compared.by === 'percentiles') {
      binned.push({ name, measure: measureSql(internal, type), edges: compared.bins.edges });
    } else {
      found[name] = await valueCounts(database, internal, compared.top);
    }
  }
  const counts = await binCounts(database, binned);
  for (const [i, { name }] of binned.entries()) found[name] = counts[i] ?? [];
  return found;
}

async function valueCounts(
  database: Database,
  internal: string,
  top: ColumnProfile['top'],
): Promise<number[]> {
  const values = top.map(({ value }) => literal(value)).join(', ');
  const rows = await database.rows(
    `SELECT CASE WHEN shown IN (${values}) THEN shown END AS known, sum(n) AS n
      FROM (SELECT ${shownSql('v')} AS shown, n FROM
        (SELECT ${internal} AS v, count(*) AS n FROM rows WHERE ${internal} IS NOT NULL GROUP BY v))
      GROUP BY known`,
  );
  const count = (value: string | null) => Number(rows.find(({ known }) => known === value)?.['n'] ?? 0);
  return [...top.map(({ value }) => count(value)), count(null)];
}

/** How far each column of the counts is from the reference, in the order of the reference's columns. */
export function columnDrifts(reference: Profile, counts: DriftCounts): ColumnDrift[] {
  return reference.columns.flatMap((column): ColumnDrift[] => {
    const current = counts[column.name];
    const compared = referenceOf(reference, column);
    if (!current || !compared || current.every((count) => count === 0)) return [];
    return [{ column: column.name, by: compared.by, ...distances(compared, current) }];
  });
}

function distances(compared: Reference, current: readonly number[]): Omit<ColumnDrift, 'column' | 'by'> {
  if (compared.by === 'values') {
    const known = compared.top.map(({ rows }) => rows);
    const others = compared.rows - sum(known);
    return { ...divergences(current, [...known, others]), ks: null };
  }
  const { counts } = compared.bins;
  const statistic = ksStatistic(current, counts);
  const groups = coarse(counts);
  return {
    ...divergences(inGroups(current, groups), inGroups(counts, groups)),
    ks: { statistic, pValue: ksPValue(statistic, sum(current), sum(counts)) },
  };
}

function divergences(current: readonly number[], reference: readonly number[]): { psi: number; kl: number } {
  const [p, q] = [smoothedShares(current), smoothedShares(reference)];
  return { psi: populationStability(p, q), kl: klDivergence(p, q) };
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/**
 * For each fine bin the coarse one that it is part of: a coarse one ends where a tenth more of the rows is reached. What lies
 * beyond all values of the reference belongs to its neighbours, unless the reference has a single value.
 */
function coarse(counts: readonly number[]): number[] {
  if (counts.filter((count) => count > 0).length === 1) return counts.map((_, i) => i);
  const total = sum(counts);
  let [group, upTo] = [0, 0];
  return counts.map((count, i) => {
    const own = group;
    upTo += count;
    if (i < counts.length - 2 && upTo >= (total * (group + 1)) / BINS)
      group = Math.floor((upTo * BINS) / total);
    return own;
  });
}

function inGroups(counts: readonly number[], groups: readonly number[]): number[] {
  const distinct = [...new Set(groups)];
  return distinct.map((group) => sum(counts.filter((_, i) => groups[i] === group)));
}
