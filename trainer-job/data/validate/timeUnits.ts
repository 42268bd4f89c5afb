/** The units of columns of numbers that a run reads as times: found once, told in the log and kept in the profile. */
import {
  splitTimeColumn,
  splitTimeUse,
  TIME_UNIT_WORDS,
  timeUnitSchema,
  type TimeUnit,
  type TrainingSpec,
  ownValue,
} from '@trainyard/shared';
import { z } from 'zod';
import { isNumberType, isTimeType } from '../casts/timeSql.js';
import type { Database } from '../database.js';
import type { IngestOutcome } from '../ingest/ingest.js';
import { timeColumn, useOfPeriods, type TimeUse } from '../transform/timeColumn.js';
import type { Profile } from '@trainyard/shared/profile/profile';
import { TrainerError } from '../../errors/trainerError.js';

export const timeUnitsSchema = z.record(z.string(), timeUnitSchema);
export type TimeUnits = z.infer<typeof timeUnitsSchema>;

interface UsedTimes {
  column: string;
  use: TimeUse;
  /** An expectation on numbers that are no times is violated: that is a finding, with all others. */
  isExpectation?: boolean;
}

/** The columns that a specification reads as times after they are ingested, and what for. */
export function timesUsed({ dataset, features }: Pick<TrainingSpec, 'dataset' | 'features'>): UsedTimes[] {
  const { split, expectations } = dataset;
  const { sampleWeight } = features;
  const used: UsedTimes[] = [];
  const [ordering, use] = [splitTimeColumn(split), splitTimeUse(split)];
  if (ordering !== undefined && use !== undefined) used.push({ column: ordering, use });
  if (sampleWeight?.halfLifeDays !== undefined) used.push({ column: sampleWeight.column, use: 'instants' });
  for (const feature of [...features.query, ...features.candidate]) {
    if (feature.transform === 'cyclical') used.push({ column: feature.column, use: useOfPeriods(feature) });
  }
  for (const expectation of expectations) {
    if (expectation.expect === 'freshness') {
      used.push({ column: expectation.column, use: 'instants', isExpectation: true });
    }
  }
  return used;
}

/** Fails with a `TrainerError` where the times of a column are in no unit or in several, or in years that nobody means. */
export async function measureTimeUnits(
  database: Database,
  ingested: Pick<IngestOutcome, 'columns' | 'timeUnits'>,
  used: readonly UsedTimes[],
): Promise<TimeUnits> {
  const units: TimeUnits = {};
  for (const { name } of ingested.columns) {
    const unit = ownValue(ingested.timeUnits, name);
    if (unit !== undefined) units[name] = unit;
  }
  for (const { column, use, isExpectation = false } of used) {
    const type = ingested.columns.find(({ name }) => name === column)?.type ?? '';
    // Whoever needs times of texts says that there are none, or reads them one by one.
    if (!isNumberType(type) && !isTimeType(type)) continue;
    const unit = await timeColumn(database, ingested, column, use).then(
      (times) => times.unit,
      (error: unknown) => {
        if (isExpectation && isNumberType(type) && error instanceof TrainerError) return undefined;
        throw error;
      },
    );
    if (unit !== undefined) units[column] = unit;
  }
  return units;
}

/** New times are what new data is made of: as numbers they are no others than as times. */
export function withTimeUnits(profile: Profile, units: TimeUnits): Profile {
  return {
    ...profile,
    columns: profile.columns.map((column) => {
      const timeUnit = units[column.name];
      return timeUnit === undefined ? column : { ...column, kind: 'time', timeUnit };
    }),
  };
}

/** What to log of a unit. */
export function unitSentence(column: string, unit: TimeUnit, given: TimeUnit | undefined): string {
  const how =
    given === undefined ? 'by the range of its values' : `as dataset.columns["${column}"].unit says`;
  return `column "${column}" has times as ${TIME_UNIT_WORDS[unit]} since 1970, ${how}`;
}
