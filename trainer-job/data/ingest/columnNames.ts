/** Whether the columns that a specification names are there, under one name each. */
import { featureColumns, splitColumns, type Dataset, type TrainingSpec } from '@trainyard/shared';
import { isLikeRow, UNUSUAL_DELIMITERS } from '../source/csvHeader.js';
import { operandsOf } from '@trainyard/shared/spec/rules/operands';
import { TrainerError } from '../../errors/trainerError.js';

/** Why a column cannot be used. */
type Unusable = Pick<TrainerError, 'code' | 'message' | 'remedy'>;

/** What of a specification reads columns. */
export type ColumnsSpec = Pick<TrainingSpec, 'dataset' | 'features'> & {
  evaluation?: Pick<TrainingSpec['evaluation'], 'relevant'>;
};

/** The columns of the ingested table that features, target, sample weight and split read, each once. */
export function trainedColumns({ dataset, features, evaluation }: ColumnsSpec): string[] {
  const names = [
    ...features.query.flatMap((feature) => featureColumns(feature)),
    ...features.candidate.flatMap((feature) => featureColumns(feature)),
    ...(features.target ? [features.target.column] : []),
    ...(features.sampleWeight ? [features.sampleWeight.column] : []),
    ...splitColumns(dataset.split).map(({ column }) => column),
    ...(evaluation?.relevant ? [evaluation.relevant.column] : []),
    ...(dataset.interactions ? [dataset.interactions.user, dataset.interactions.item] : []),
  ];
  return [...new Set(names)];
}

/** The columns whose values a run depends on: those that train, and those that its rows are shaped and judged by. */
export function readColumns(spec: ColumnsSpec): ReadonlySet<string> {
  const { where, derive, joins, expectations } = spec.dataset;
  return new Set([
    ...trainedColumns(spec),
    ...where.map(({ column }) => column),
    ...derive.flatMap(operandsOf),
    ...joins.flatMap(({ on }) => Object.keys(on)),
    ...expectations.flatMap((expectation) => ('column' in expectation ? [expectation.column] : [])),
  ]);
}

/** Fails when one of `names` is not among the `existing` columns. */
export function checkColumns(
  names: readonly string[],
  existing: readonly string[],
  table = 'the data',
): void {
  const missing = names.filter((name) => !existing.includes(name));
  if (missing.length === 0) return;
  throw new TrainerError(
    'missing-column',
    noColumns(missing, existing, table),
    existing.length === 1
      ? `correct the column names; where the file has more columns than one, name what stands between them in dataset.source.csv.delimiter: a comma, a semicolon, a tab and | are tried${delimiterHint(missing, existing[0] ?? '')}`
      : `correct the column names in dataset and features: upper and lower case differ${
          isLikeRow(existing)
            ? '; where the first line of a CSV file is a row, set header of its csv to false and name the columns in columns there'
            : ''
        }`,
    { stage: 'ingest' },
  );
}

/** Which delimiter would part the one name that there is into those that are missing. */
function delimiterHint(missing: readonly string[], only: string): string {
  const meant = UNUSUAL_DELIMITERS.find((delimiter) => {
    const names = new Set(only.split(delimiter));
    return missing.every((name) => names.has(name));
  });
  return meant === undefined
    ? ''
    : `; ${JSON.stringify(meant)} would give ${only.split(meant).length} columns`;
}

/** Says that a table lacks columns, what it has, and which of these may be meant. */
export function noColumns(
  missing: readonly string[],
  existing: readonly string[],
  table = 'the data',
): string {
  const hints = missing.slice(0, 20).map((name) => `"${name}"${suggestion(name, existing)}`);
  const has = existing.slice(0, 50).map((name) => `"${name}"`);
  return `${table} has no column ${hints.join(', ')}; it has ${has.join(', ')}`;
}

/** Fails when a column that `place` makes has the name of another, to SQL, which takes upper and lower case for the same. */
export function checkNew(names: readonly string[], existing: readonly string[], place: string): void {
  const seen = new Set(existing.map((name) => name.toLowerCase()));
  for (const name of names) {
    if (seen.has(name.toLowerCase())) {
      throw new TrainerError(
        'duplicate-column',
        `${place} makes a column "${name}", and there is one of that name already`,
        'give each column a name of its own; upper and lower case do not count',
        { stage: 'ingest' },
      );
    }
    seen.add(name.toLowerCase());
  }
}

/** Fails with the reason for one of `names` that is there and cannot be used. */
export function checkUsable(names: readonly string[], unusable: ReadonlyMap<string, Unusable>): void {
  for (const name of names) {
    const problem = unusable.get(name);
    if (problem) throw new TrainerError(problem.code, problem.message, problem.remedy, { stage: 'ingest' });
  }
}

/** The columns, by the names of the source, that the shaping of the data set names. */
export function shapedColumns({
  columns,
  where,
  select = [],
  rename,
  joins,
  derive,
  sample,
}: Dataset): string[] {
  const names = [
    ...Object.keys(columns),
    ...where.map(({ column }) => column),
    ...select,
    ...joins.flatMap(({ on }) => Object.keys(on)),
    ...derive.flatMap(operandsOf),
    ...(sample?.by === undefined ? [] : [sample.by]),
  ];
  return [...Object.values(rename), ...names.map((name) => rename[name] ?? name)];
}

/** Fails when one of `names` is that of two columns of the source. */
export function checkUnique(names: readonly string[], repeated: readonly string[]): void {
  const name = names.find((named) => repeated.includes(named));
  if (name === undefined) return;
  throw new TrainerError(
    'duplicate-column',
    `the header of the data has the column "${name}" twice`,
    'give each column a name of its own, or remove the one that is not meant',
    { stage: 'ingest' },
  );
}

function suggestion(name: string, existing: readonly string[]): string {
  const [nearest] = existing
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, name.length / 3) && distance < name.length)
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
