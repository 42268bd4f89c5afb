/** When rows happened: what weighs training rows by their age needs it, and what tells test rows apart by the season. */
import { join } from 'node:path';
import { splitTimeColumn, type Split, type TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import type { SplitName } from '../encodedDataset.js';
import { isTimeType, PLAUSIBLE_SECONDS } from '../casts/timeSql.js';
import type { Database } from '../database.js';
import { internalName } from '../ingest/columns.js';
import { readArray, writeArrays } from '../typedFiles.js';
import { TRAIN_TIMES_FILE } from './transformManifest.js';
import type { PieceCache } from './pieces.js';
import { withRows, type IngestedRows } from './rowsOf.js';
import type { SplitRows } from './split/splitRows.js';
import { timeColumn, useOfPeriods } from './timeColumn.js';

/** Raise it when times of rows would be read otherwise. */
const TIMES_VERSION = 1;

/** Writes no file where the split has no column of times, or one of numbers that are no times. */
export async function writeTrainTimes(
  cache: PieceCache,
  ingested: IngestedRows,
  split: Split,
  places: SplitRows,
  folder: string,
): Promise<void> {
  const column = splitTimeColumn(split);
  const times = column === undefined ? undefined : await timesOf(cache, ingested, places, 'train', column);
  if (times) await writeArrays(join(folder, TRAIN_TIMES_FILE), times);
}

/** [rows of the split] in seconds since 1970 UTC, NaN where there is none; undefined where the column has numbers that are no times. */
export async function timesOf(
  cache: PieceCache,
  ingested: IngestedRows,
  { place, rows }: SplitRows,
  split: SplitName,
  column: string,
): Promise<Float64Array | undefined> {
  const ofRows = await rowTimes(cache, ingested, column);
  if (!ofRows) return undefined;
  const times = new Float64Array(rows[split]).fill(NaN);
  const first = { train: 0, validation: rows.train, test: rows.train + rows.validation }[split];
  for (const [row, seconds] of ofRows.entries()) {
    const at = place[row]! - first;
    if (at >= 0 && at < times.length) times[at] = seconds;
  }
  return times;
}

/** [rows] of all splits, as `timesOf` has them. Read once, whatever else of the specification changes. */
async function rowTimes(
  cache: PieceCache,
  ingested: IngestedRows,
  column: string,
): Promise<Float64Array | undefined> {
  const rows = ingested.outcome.rowsKept;
  const { folder, outcome } = await cache({
    key: { piece: 'rowTimes', version: TIMES_VERSION, rows: ingested.digest, column },
    outcome: z.strictObject({ isKnown: z.boolean() }),
    produce: async (target) => {
      const times = await withRows(ingested, target, (database) => scanTimes(database, ingested, column));
      if (times) await writeArrays(join(target, 'times.f64'), times);
      return { isKnown: times !== undefined };
    },
  });
  return outcome.isKnown ? readArray(Float64Array, join(folder, 'times.f64'), rows) : undefined;
}

async function scanTimes(
  database: Database,
  ingested: IngestedRows,
  column: string,
): Promise<Float64Array | undefined> {
  const seconds = await secondsSql(database, ingested, column);
  if (seconds === undefined) return undefined;
  const times = new Float64Array(ingested.outcome.rowsKept).fill(NaN);
  const { from, below } = PLAUSIBLE_SECONDS;
  await database.scan(
    `SELECT n, CASE WHEN seconds >= ${from} AND seconds < ${below} THEN seconds ELSE 'nan'::DOUBLE END
      FROM (SELECT n, ${seconds} AS seconds FROM rows)`,
    ([n = [], values = []]) => n.forEach((row, i) => (times[row as number] = values[i] as number)),
  );
  return times;
}

/** The first column that the specification makes known to hold times: of the split, of a cyclical feature, of the age of rows, of a cast. */
export function knownTimeColumn({
  dataset,
  features,
}: Pick<TrainingSpec, 'dataset' | 'features'>): string | undefined {
  const ofSplit = splitTimeColumn(dataset.split);
  if (ofSplit !== undefined) return ofSplit;
  for (const feature of [...features.query, ...features.candidate])
    if (feature.transform === 'cyclical' && useOfPeriods(feature) === 'parts') return feature.column;
  const { sampleWeight } = features;
  if (sampleWeight?.halfLifeDays !== undefined) return sampleWeight.column;
  return Object.entries(dataset.columns).find(([, { cast }]) => cast === 'timestamp')?.[0];
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
