import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { idFeature, type TrainingSpec } from '@trainyard/shared';
import { z } from 'zod';
import { DataError } from '../dataError.js';
import { literal, withDuck, type Duck } from '../duck.js';
import { ROWS_FILE, type IngestOutcome } from '../ingest/ingest.js';
import { splitSizes } from '../transform/split.js';

/** Raise it when the checks or the profile change. */
export const VALIDATE_VERSION = 2;

const columnProfileSchema = z.strictObject({
  name: z.string(),
  type: z.string(),
  nulls: z.int(),
  distinct: z.int(),
  min: z.string().nullable(),
  max: z.string().nullable(),
  /** The most frequent values. */
  top: z.array(z.strictObject({ value: z.string(), rows: z.int() })),
});
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

export const validateOutcomeSchema = z.strictObject({
  rows: z.int(),
  columns: z.array(columnProfileSchema),
  warnings: z.array(z.string()),
});
export type ValidateOutcome = z.infer<typeof validateOutcomeSchema>;

const TOP = 10;
/** Beyond this share of nulls, or of failed casts, a column is worth a warning. */
const NULL_SHARE = 0.05;

/** Profiles the rows into `profile.json` and fails with a `DataError` on what no training could use. */
export async function validate(
  spec: Pick<TrainingSpec, 'dataset' | 'features'>,
  ingested: IngestOutcome,
  ingestFolder: string,
  folder: string,
): Promise<ValidateOutcome> {
  checkRows(ingested);
  const work = await mkdtemp(join(folder, 'work-'));
  try {
    const outcome = await withDuck(work, async (duck) => {
      await duck.run(
        `CREATE VIEW rows AS SELECT * FROM read_parquet(${literal(join(ingestFolder, ROWS_FILE))})`,
      );
      const columns = [];
      for (const column of ingested.columns) columns.push(await profile(duck, column));
      checkIds(spec, columns, ingested);
      checkSplit(spec, columns, ingested);
      return { rows: ingested.rowsKept, columns, warnings: warningsOf(spec, columns, ingested) };
    });
    await writeFile(join(folder, 'profile.json'), `${JSON.stringify(outcome, null, 2)}\n`);
    return outcome;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function profile(
  duck: Duck,
  { name, internal, type }: IngestOutcome['columns'][number],
): Promise<ColumnProfile> {
  const [row = {}] = await duck.rows(
    `SELECT count(*) - count(${internal}) AS nulls, count(DISTINCT ${internal}) AS "distinct",
      CAST(min(${internal}) AS VARCHAR) AS min, CAST(max(${internal}) AS VARCHAR) AS max FROM rows`,
  );
  const top = await duck.rows(
    `SELECT CAST(${internal} AS VARCHAR) AS value, count(*) AS n FROM rows WHERE ${internal} IS NOT NULL
      GROUP BY ${internal} ORDER BY n DESC, value LIMIT ${TOP}`,
  );
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, 200) : null);
  return {
    name,
    type,
    nulls: Number(row['nulls']),
    distinct: Number(row['distinct']),
    min: text(row['min']),
    max: text(row['max']),
    top: top.map(({ value, n }) => ({ value: text(value) ?? '', rows: Number(n) })),
  };
}

function problem(code: string, message: string, remedy: string): DataError {
  return new DataError('validate', code, message, remedy);
}

function checkRows({ rowsRead, rowsKept, dropped }: IngestOutcome): void {
  if (rowsRead === 0)
    throw problem('no-rows', 'the source has no rows', 'write the data before the run is started');
  if (rowsKept > 0) return;
  const reasons = dropped.map(({ condition, rows }) => `"${condition}" fails for ${rows}`);
  throw problem(
    'no-rows-left',
    `none of ${rowsRead} rows meets all conditions of dataset.where: ${reasons.join(', ')}`,
    'correct or remove the condition that drops too much',
  );
}

function checkIds(
  { features }: Pick<TrainingSpec, 'features'>,
  columns: readonly ColumnProfile[],
  ingested: IngestOutcome,
): void {
  for (const tower of ['query', 'candidate'] as const) {
    const { column } = idFeature(features[tower]);
    const found = columns.find(({ name }) => name === column);
    if (!found || found.nulls === ingested.rowsKept) {
      const failed = ingested.castFailures[column] ?? 0;
      throw problem(
        'empty-id',
        `column "${column}", the id of the ${tower} tower, is null in every row${failed > 0 ? `; its cast failed for ${failed} values` : ''}`,
        'name the right column, or correct its cast in dataset.columns',
      );
    }
    if (found.distinct < 2) {
      throw problem(
        'single-id',
        `column "${column}", the id of the ${tower} tower, has only one value: there is nothing to choose among`,
        'name the right column, or bring more data',
      );
    }
  }
}

function checkSplit(
  { dataset }: Pick<TrainingSpec, 'dataset'>,
  columns: readonly ColumnProfile[],
  ingested: IngestOutcome,
): void {
  const { split } = dataset;
  if (split.strategy === 'time') {
    const { column } = split;
    const found = columns.find(({ name }) => name === column);
    if (!found || found.nulls === ingested.rowsKept) {
      throw problem(
        'empty-split-column',
        `column "${column}", which orders the split, is null in every row`,
        'name the column of the time',
      );
    }
    if (
      !/^(TIMESTAMP|DATE|TIME|U?(TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER|DOUBLE|FLOAT|DECIMAL)/.test(
        found.type,
      )
    ) {
      throw problem(
        'split-column-is-text',
        `column "${column}", which orders the split, holds text, whose order is not that of time`,
        `set dataset.columns["${column}"].cast to "timestamp", "int64" or "float64"`,
      );
    }
  }
  for (const [name, size] of Object.entries(splitSizes(split, ingested.rowsKept))) {
    if (size < 1) {
      throw problem(
        'empty-split',
        `of ${ingested.rowsKept} rows none would be in the ${name} split`,
        'bring more data, or change the shares of dataset.split',
      );
    }
  }
}

function warningsOf(
  { dataset: { split } }: Pick<TrainingSpec, 'dataset'>,
  columns: readonly ColumnProfile[],
  { rowsKept, castFailures }: IngestOutcome,
): string[] {
  const percent = (rows: number) => `${((100 * rows) / rowsKept).toFixed(1)} %`;
  const timeless = split.strategy === 'time' ? columns.find(({ name }) => name === split.column) : undefined;
  return [
    ...columns
      .filter(({ nulls }) => nulls / rowsKept > NULL_SHARE)
      .map(({ name, nulls }) => `column "${name}" is null in ${nulls} rows (${percent(nulls)})`),
    ...(timeless && timeless.nulls > 0
      ? [
          `column "${timeless.name}", which orders the split, is null in ${timeless.nulls} rows: they count as the oldest`,
        ]
      : []),
    ...Object.entries(castFailures)
      .filter(([, failed]) => failed > 0)
      .map(
        ([name, failed]) => `the cast of column "${name}" failed for ${failed} values, which count as null`,
      ),
  ];
}
