/** When the training rows happened: what weighs them by their age needs it. */
import { join } from 'node:path';
import { splitTimeColumn, type Split } from '@trainyard/shared';
import { isTimeType, PLAUSIBLE_SECONDS } from '../casts/timeSql.js';
import type { Database } from '../database.js';
import { internalName } from '../ingest/columns.js';
import { writeArrays } from '../typedFiles.js';
import { TRAIN_TIMES_FILE } from './transformManifest.js';
import { withRows, type IngestedRows } from './rowsOf.js';
import type { SplitRows } from './splitRows.js';
import { timeColumn } from './timeColumn.js';

/** Writes no file where the split has no column of times, or one of numbers that are no times. */
export async function writeTrainTimes(
  ingested: IngestedRows,
  split: Split,
  { place, rows }: SplitRows,
  folder: string,
): Promise<void> {
  const column = splitTimeColumn(split);
  if (column === undefined) return;
  const times = new Float64Array(rows.train);
  const isWritten = await withRows(ingested, folder, async (database) => {
    const seconds = await secondsSql(database, ingested, column);
    if (seconds === undefined) return false;
    const { from, below } = PLAUSIBLE_SECONDS;
    await database.scan(
      `SELECT n, CASE WHEN seconds >= ${from} AND seconds < ${below} THEN seconds ELSE 'nan'::DOUBLE END
        FROM (SELECT n, ${seconds} AS seconds FROM rows)`,
      ([n = [], values = []]) =>
        n.forEach((row, i) => {
          const at = place[row as number]!;
          if (at < rows.train) times[at] = values[i] as number;
        }),
    );
    return true;
  });
  if (isWritten) await writeArrays(join(folder, TRAIN_TIMES_FILE), times);
}

/** Undefined where numbers are in no unit of time: only their order counts. */
async function secondsSql(
  database: Database,
  { outcome }: IngestedRows,
  column: string,
): Promise<string | undefined> {
  const { seconds, unit } = await timeColumn(database, outcome, column, 'order');
  const { type } = outcome.columns.find(({ name }) => name === column) ?? { type: 'VARCHAR' };
  if (!isTimeType(type)) return unit === undefined ? undefined : seconds;
  // An infinite time has no seconds.
  return `CASE WHEN isfinite(CAST(${internalName(outcome.columns, column)} AS TIMESTAMP)) THEN ${seconds} END`;
}
