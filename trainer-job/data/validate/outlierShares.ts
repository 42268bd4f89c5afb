/** How many values of each column of numbers are far from its mean, for gates that ask for it. */
import { METRICS, parseMetricName, type TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import type { Database } from '../database.js';
import { basicType, doubleSql, measureSql, type RowsColumn } from './profile/columnSql.js';
import type { Profile } from '@trainyard/shared/profile/profile';

/** As the metric is defined: so many sample standard deviations. */
const DEVIATIONS = 3;

const outlierShareSchema = z.strictObject({
  column: z.string(),
  /** 0 to 1: of the values of the column. */
  share: z.number(),
});
export type OutlierShare = z.infer<typeof outlierShareSchema>;
export const outlierSharesSchema = z.array(outlierShareSchema);

/** Whether a gate of the specification is on them. */
export function asksForOutliers({ evaluation }: TrainingSpec): boolean {
  return evaluation.gates.some(({ metric }) => parseMetricName(metric)?.family === METRICS.outlierShare);
}

/** Counts the view `rows` in one pass. Of a column of one value, or of none, no value is far. */
export async function outlierShares(
  database: Database,
  columns: readonly RowsColumn[],
  profile: Profile,
): Promise<OutlierShare[]> {
  const asked = profile.columns.flatMap(({ name, kind, measured }) => {
    const column = columns.find((one) => one.name === name);
    return kind === 'number' && measured && column && basicType(column.type) === 'number'
      ? [{ column, measured }]
      : [];
  });
  const conditions = asked.flatMap(({ column: { internal, type }, measured: { mean, std } }, i) =>
    std === null || std === 0
      ? []
      : [
          `count(*) FILTER (abs(${measureSql(internal, type)} - ${doubleSql(mean)}) > ${doubleSql(DEVIATIONS * std)}) AS far${i}`,
        ],
  );
  const counts =
    conditions.length === 0 ? {} : await database.counts(`SELECT ${conditions.join(', ')} FROM rows`);
  return asked.map(({ column, measured }, i) => ({
    column: column.name,
    share: (counts[`far${i}`] ?? 0) / measured.rows,
  }));
}
