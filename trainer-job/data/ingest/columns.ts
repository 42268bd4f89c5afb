import type { Dataset, Features, TrainingSpec } from '@trainyard/shared';
import { DataError } from '../dataError.js';
import { identifier, literal } from '../duck.js';

/** A column that a later stage needs, under the name that it has inside the prepared files. */
export interface NeededColumn {
  /** As the source names it. */
  name: string;
  /** `c0`, `c1`, …: whatever a source calls its columns, nothing clashes. */
  internal: string;
}

/** The columns of the features and of the split, each once, in the order of the specification. */
export function neededColumns(dataset: Dataset, features: Features): NeededColumn[] {
  const names = [
    ...features.query.map((feature) => feature.column),
    ...features.candidate.map((feature) => feature.column),
    ...(dataset.split.strategy === 'time' ? [dataset.split.column] : []),
  ];
  return [...new Set(names)].map((name, i) => ({ name, internal: `c${i}` }));
}

export function internalName(columns: readonly NeededColumn[], name: string): string {
  const column = columns.find((candidate) => candidate.name === name);
  if (!column) throw new Error(`column ${name} was not ingested`);
  return column.internal;
}

/** Fails when the specification names a column that the source does not have. */
export function checkColumns(
  spec: Pick<TrainingSpec, 'dataset' | 'features'>,
  existing: readonly string[],
): void {
  const missing = namedColumns(spec).filter((name) => !existing.includes(name));
  if (missing.length === 0) return;
  const hints = missing.map((name) => `"${name}"${suggestion(name, existing)}`);
  throw new DataError(
    'ingest',
    'missing-column',
    `the data has no column ${hints.join(', ')}; it has ${existing
      .slice(0, 50)
      .map((name) => `"${name}"`)
      .join(', ')}`,
    'correct the column names in dataset and features: upper and lower case differ',
  );
}

/** Fails when the specification names a column whose name, in a CSV, is that of another one too. */
export function checkUnique(
  spec: Pick<TrainingSpec, 'dataset' | 'features'>,
  repeated: readonly string[],
): void {
  const name = namedColumns(spec).find((named) => repeated.includes(named));
  if (name === undefined) return;
  throw new DataError(
    'ingest',
    'duplicate-column',
    `the header of the data has the column "${name}" twice`,
    'give each column a name of its own, or remove the one that is not meant',
  );
}

/** The columns of the source that the specification names anywhere. */
export function namedColumns({ dataset, features }: Pick<TrainingSpec, 'dataset' | 'features'>): string[] {
  const names = [
    ...neededColumns(dataset, features).map(({ name }) => name),
    ...dataset.where.map((condition) => condition.column),
    ...Object.keys(dataset.columns),
  ];
  return [...new Set(names)];
}

function suggestion(name: string, existing: readonly string[]): string {
  const [nearest] = existing
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, name.length / 3))
    .toSorted((a, b) => a.distance - b.distance);
  return nearest ? ` (did you mean "${nearest.candidate}"?)` : '';
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** What `String.trim` removes, so that a server can clean a value as training did. */
const BLANKS =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a' +
  '\u2028\u2029\u202f\u205f\u3000\ufeff';

/**
 * SQL of a column after its cleaning. What is cast to a number or a time has no blanks left to trim. A time without a zone
 * is one of UTC.
 */
export function cleaned(dataset: Dataset, column: string): string {
  const { cast, trim } = dataset.columns[column] ?? {};
  const source = identifier(column);
  switch (cast) {
    case 'int64':
      return `try_cast(${source} AS BIGINT)`;
    case 'float64':
      return withoutNan(`try_cast(${source} AS DOUBLE)`);
    case 'timestamp':
      // By way of a time with a zone: DuckDB drops the offset from a text that it casts to a time without one.
      return `CAST(try_cast(${source} AS TIMESTAMPTZ) AS TIMESTAMP)`;
    case 'string':
    case undefined:
      if (trim) return `trim(${textSql(source)}, ${literal(BLANKS)})`;
      return cast ? textSql(source) : source;
  }
}

/** SQL of a value as the text that JavaScript writes: whole floating-point numbers without ".0". */
export function textSql(sql: string): string {
  const text = `CAST(${sql} AS VARCHAR)`;
  return `CASE WHEN typeof(${sql}) IN ('DOUBLE', 'FLOAT') THEN regexp_replace(${text}, '\\.0$', '') ELSE ${text} END`;
}

/** Null for not-a-number, which is how some writers store a number that is missing. */
export function withoutNan(sql: string): string {
  return `nullif(${sql}, 'nan'::DOUBLE)`;
}
