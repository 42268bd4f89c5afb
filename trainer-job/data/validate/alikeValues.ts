/** Values of looked-up texts that people take for one another, or for none: a lookup knows each by its characters alone. */
import { cutText, idFeature, runWarning, type RunWarning, type TrainingSpec, whole } from '@trainyard/shared';
import { z } from 'zod';
import { identifier, literal, type Database } from '../database.js';
import { blanksTrimmed, internalName } from '../ingest/columns.js';
import { countNuls, nulCountsSchema, nulWarning } from './nulCharacters.js';

/** How two values may differ and mean the same. */
const differenceSchema = z.enum(['blanks', 'case', 'characters', 'number']);
type Difference = z.infer<typeof differenceSchema>;

/** Raise it when the same values would be counted otherwise. */
export const ALIKE_VERSION = 2;

export const alikeCountsSchema = z.array(
  z.strictObject({
    column: z.string(),
    /** By how they differ: values that have another one like them, less one of each kind, and the rows that hold one of these. */
    alike: z.array(z.strictObject({ by: differenceSchema, values: z.int(), rows: z.int() })),
    /** Texts that stand for a missing value, the most frequent first. */
    missing: z.array(z.strictObject({ text: z.string(), rows: z.int() })),
    nuls: nulCountsSchema,
    /** Rows whose value has a blank at an end, of those that have one, and one of these values. */
    padded: z.strictObject({ rows: z.int(), of: z.int(), example: z.string() }),
  }),
);
type AlikeCounts = z.infer<typeof alikeCountsSchema>;

/** The columns of texts that a lookup reads as they are. */
export function lookedUpTexts(
  { features }: Pick<TrainingSpec, 'features'>,
  columns: readonly { name: string; type: string }[],
): string[] {
  const names = [...features.query, ...features.candidate].flatMap((feature) =>
    feature.transform === 'lookup' ? [feature.column] : [],
  );
  return [...new Set(names)].filter((name) =>
    columns.some((column) => column.name === name && column.type === 'VARCHAR'),
  );
}

/** What no category is called; an id may be an empty text besides, where the format tells that from null, or one of `NO_IDS`. */
const NO_VALUES = [
  'NULL',
  'null',
  'Null',
  'NaN',
  'nan',
  'N/A',
  'n/a',
  '#N/A',
  '<NA>',
  '\\N',
  'undefined',
  '(null)',
];
const NO_IDS = ['', 'None', 'none', 'NA', 'nil', 'missing', 'unknown', '-', '?'];

/** Characters that nobody sees: zero-width spaces, word joiners, byte order marks and soft hyphens. */
const INVISIBLE = '[\\x{200B}\\x{2060}\\x{FEFF}\\x{00AD}]';
const DIGITS = "'[+-]?[0-9]+(\\.0+)?'";

/** SQL of what values that differ in one of these ways have in common. */
const COMMON: Readonly<Record<Difference, (value: string) => string>> = {
  blanks: blanksTrimmed,
  case: (value) => `lower(${value})`,
  characters: (value) => `nfc_normalize(regexp_replace(${value}, '${INVISIBLE}', '', 'g'))`,
  // 7, 7.0 and 007: a number comes back from tables with missing values as one with a point.
  number: (value) =>
    `CASE WHEN regexp_full_match(${value}, ${DIGITS}) THEN regexp_replace(regexp_replace(${value}, '\\.0+$', ''), '^([+-]?)0+([0-9])', '\\1\\2') ELSE ${value} END`,
};

/** Where so many values have letters of both cases, codes are made of them, and case tells them apart. */
const MIXED_SHARE = 0.5;

/** Counts in the table or view `rows`. */
export async function countAlike(
  database: Database,
  columns: readonly { name: string; internal: string }[],
  names: readonly string[],
  ids: readonly string[],
): Promise<AlikeCounts> {
  const found: AlikeCounts = [];
  for (const name of names) {
    const value = internalName(columns, name);
    // Made once: all questions are asked about the values of a column, of which there may be as many as rows.
    const values = 'trainyard_values';
    await database.run(
      `CREATE OR REPLACE TEMP TABLE ${values} AS SELECT ${value} AS v, count(*) AS n FROM rows WHERE ${value} IS NOT NULL GROUP BY v`,
    );
    const alike: AlikeCounts[number]['alike'] = [];
    for (const by of differenceSchema.options) {
      const { others = 0, held = 0 } = await database.counts(
        `SELECT coalesce(sum(c - 1), 0) AS others, coalesce(sum(s), 0) AS held FROM (
          SELECT count(*) AS c, sum(n) AS s FROM ${values} GROUP BY ${COMMON[by]('v')} HAVING c > 1)`,
      );
      if (others === 0 || (by === 'case' && (await areCodes(database, values)))) continue;
      alike.push({ by, values: others, rows: held });
    }
    const words = ids.includes(name) ? [...NO_VALUES, ...NO_IDS] : NO_VALUES;
    const missing = await database.rows(
      `SELECT v AS text, n AS rows FROM ${values} WHERE v IN (${words.map(literal).join(', ')}) ORDER BY n DESC, v`,
    );
    const texts = missing.map((row) => ({ text: String(row['text']), rows: Number(row['rows']) }));
    const nuls = await countNuls(database, values);
    const padded = await countPadded(database, values);
    if (alike.length > 0 || texts.length > 0 || nuls.rows > 0 || isPadded(padded))
      found.push({ column: name, alike, missing: texts, nuls, padded });
  }
  await database.run('DROP TABLE IF EXISTS trainyard_values');
  return found;
}

type Padded = AlikeCounts[number]['padded'];

async function countPadded(database: Database, values: string): Promise<Padded> {
  const differs = `v <> ${blanksTrimmed('v')}`;
  const [row = {}] = await database.rows(
    `SELECT coalesce(sum(n) FILTER (${differs}), 0) AS rows, coalesce(sum(n), 0) AS of, min(v) FILTER (${differs}) AS example FROM ${values}`,
  );
  return {
    rows: Number(row['rows']),
    of: Number(row['of']),
    example: cutText(String(row['example'] ?? ''), 80),
  };
}

/** Nobody writes blanks around nearly all values on purpose: as a rule they follow the delimiters of a CSV file. */
const PADDED_SHARE = 0.9;
const isPadded = ({ rows, of }: Padded) => rows > 0 && rows >= PADDED_SHARE * of;

async function areCodes(database: Database, values: string): Promise<boolean> {
  const { mixed = 0, all = 0 } = await database.counts(
    `SELECT count(*) FILTER (v <> lower(v) AND v <> upper(v) AND NOT regexp_full_match(v, '\\P{L}*\\p{Lu}[^\\p{Lu}]*')) AS mixed, count(*) AS all FROM ${values}`,
  );
  return mixed > MIXED_SHARE * all;
}

const WORDS: Readonly<Record<Difference, string>> = {
  blanks: 'blanks at the ends',
  case: 'upper and lower case',
  characters: 'characters that look the same or are not seen',
  number: 'how the same number is written, as in 7, 7.0 and 007,',
};

export function alikeWarnings(counts: AlikeCounts): RunWarning[] {
  return counts.flatMap(({ column, alike, missing, nuls, padded }) => [
    ...alike.map((one) => alikeWarning(column, one)),
    ...(isPadded(padded) && !alike.some(({ by }) => by === 'blanks') ? [paddedWarning(column, padded)] : []),
    ...(nuls.rows === 0 ? [] : [nulWarning(column, nuls)]),
    ...(missing.length === 0 ? [] : [missingWarning(column, missing)]),
  ]);
}

function alikeWarning(
  column: string,
  { by, values, rows }: AlikeCounts[number]['alike'][number],
): RunWarning {
  const [differ, hold] = values === 1 ? ['value', 'differs'] : ['values', 'differ'];
  return runWarning(
    by === 'blanks' ? 'blanks-differ' : 'values-alike',
    `${whole(values)} ${differ} of column "${column}" ${hold} from another by ${WORDS[by]} alone, and ${whole(rows)} rows hold one of these: each counts as a value of its own`,
    remedyFor(column, by),
    { values, rows },
  );
}

function paddedWarning(column: string, { rows, of, example }: Padded): RunWarning {
  return runWarning(
    'blanks-differ',
    `the values of column "${column}" begin or end with a blank in ${whole(rows)} of ${whole(of)} rows, as ${JSON.stringify(example)} does: a request or a list without the blank names another value`,
    `set dataset.columns[${JSON.stringify(column)}].trim to true to take the blanks away`,
    { rows },
  );
}

function remedyFor(column: string, by: Difference): string {
  if (by === 'blanks') return `set dataset.columns[${JSON.stringify(column)}].trim to true to make them one`;
  const name = identifier(column);
  return `where they mean the same, write them alike, as dataset.sql can: SELECT * REPLACE (${COMMON[by](name)} AS ${name}) FROM source`;
}

function missingWarning(column: string, missing: AlikeCounts[number]['missing']): RunWarning {
  const rows = missing.reduce((sum, one) => sum + one.rows, 0);
  const told = missing.slice(0, 5).map((one) => `${JSON.stringify(one.text)} in ${whole(one.rows)} rows`);
  const name = identifier(column);
  const texts = missing.map(({ text }) => literal(text)).join(', ');
  const listed = JSON.stringify(['', ...missing.map(({ text }) => text).filter((text) => text !== '')]);
  return runWarning(
    'missing-as-text',
    `column "${column}" holds ${told.join(', ')}: what looks like a missing value counts as a value of its own`,
    `where it is missing, set dataset.source.csv.nullTexts to ${listed} for CSV, or dataset.sql to "SELECT * REPLACE (CASE WHEN ${name} NOT IN (${texts}) THEN ${name} END AS ${name}) FROM source"`,
    { rows },
  );
}

/** The columns of users and items. */
export function idColumns({ features }: Pick<TrainingSpec, 'features'>): string[] {
  return [idFeature(features.query).column, idFeature(features.candidate).column];
}
