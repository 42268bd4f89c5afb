/** Columns of several values a row that a feature takes for one value, or parts in another way than they are written. */
import { ownValue } from '@trainyard/shared/common';
import {
  featureColumns,
  featureName,
  runWarning,
  type Feature,
  type Features,
  type RunWarning,
} from '@trainyard/shared';
import { multiSchema, type Multi } from '@trainyard/shared/spec/shape/multi';
import { identifier } from '../database.js';
import { MAX_TEXT, type ColumnProfile } from '@trainyard/shared/profile/profile';

/** What a column of several values is in its file, in words. */
interface ListColumn {
  profile: ColumnProfile;
  is: string;
  /** Whether the file has it as fields with names instead of values in a row. */
  hasFields: boolean;
  /** What stands between its values; undefined where they are in brackets. */
  delimiter?: string;
  /** SQL of one value of it, to choose instead of all. */
  oneValue: string;
}

/**
 * A warning for each feature that takes lists for single values. `nested` has DuckDB's types of the columns that the file has as
 * lists, structs or maps; texts such as `Action|Comedy` or `['Action', 'Comedy']` show by the most frequent values.
 */
export function listWarnings(
  { query, candidate }: Pick<Features, 'query' | 'candidate'>,
  columns: readonly ColumnProfile[],
  nested: Readonly<Record<string, string>>,
): RunWarning[] {
  const lists = columns.flatMap((profile) => listOf(profile, ownValue(nested, profile.name)) ?? []);
  return [...query, ...candidate].flatMap((feature) =>
    lists
      .filter(({ profile }) => featureColumns(feature).includes(profile.name))
      .flatMap((list) => warningOf(feature, list) ?? []),
  );
}

/** How a feature reads the values of such a column one by one; undefined for what holds one value a row, or fields with names. */
export function multiOf(profile: ColumnProfile, type: string | undefined): Multi | undefined {
  const list = listOf(profile, type);
  if (!list || list.hasFields || /^(STRUCT|MAP|UNION)\(/.test(type ?? '')) return undefined;
  return multiSchema.parse(list.delimiter === undefined ? { list: true } : { delimiter: list.delimiter });
}

function listOf(profile: ColumnProfile, type: string | undefined): ListColumn | undefined {
  const column = identifier(profile.name);
  if (type !== undefined) {
    const hasFields = type.startsWith('STRUCT') && !type.endsWith(']');
    const [is, oneValue] = hasFields
      ? ['a struct', `${column}.name`]
      : type.endsWith(']')
        ? ['a list', `${column}[1]`]
        : // Brackets behind a map look for a key.
          ['a map', `map_values(${column})[1]`];
    return { profile, is: `${is} in its file (${type.slice(0, 80)})`, hasFields, oneValue };
  }
  const values = profile.top.map(({ value }) => value.trim());
  if (profile.type !== 'VARCHAR' || values.length === 0) return undefined;
  if (values.every(isBracketed) && values.some((value) => value.includes(','))) {
    return { profile, is: 'a list written as text, in brackets', hasFields: false, oneValue: `${column}[1]` };
  }
  const piped = values.filter((value) => /[^|]\|[^|]/u.test(value)).length;
  return piped * 2 >= values.length
    ? {
        profile,
        is: 'a list written as text, with | between its values',
        hasFields: false,
        delimiter: '|',
        oneValue: `${column}[1]`,
      }
    : undefined;
}

/** A profile cuts long values, which then lack their end. */
function isBracketed(value: string): boolean {
  return /^[[({]/.test(value) && (/[\])}]$/.test(value) || value.length >= MAX_TEXT);
}

function warningOf(feature: Feature, list: ListColumn): RunWarning | undefined {
  const { profile, is, hasFields, oneValue } = list;
  const { name, distinct } = profile;
  const subject = `column "${name}" is ${is}, and feature "${featureName(feature)}"`;
  const warn = (what: string, remedy: string) =>
    runWarning('list-as-value', `${subject} ${what}`, remedy, { values: distinct });
  if ('multi' in feature && feature.multi) return wrongParts(feature.multi, list, warn);
  switch (feature.transform) {
    case 'lookup':
    case 'hash':
    case 'cross':
      return warn(
        `takes each of its ${distinct} combinations for one category`,
        hasFields
          ? `choose a field of it in dataset.sql, such as ${oneValue}`
          : `${feature.transform === 'cross' ? 'to read the values one by one, take a feature of the transform "lookup" with multi' : `to read the values one by one, give the feature multi: ${multiFor(list)}`}; to take the first alone, use ${oneValue} in dataset.sql${is.includes('as text') ? ' where it is a list' : ''}`,
      );
    case 'text':
      if (is.includes('as text')) return undefined;
      return warn(
        'parts its values at blanks and signs, names of several words too',
        `to keep each value whole, take the transform "lookup" with multi: ${multiFor(list)}`,
      );
    case 'normalize':
    case 'bucketize':
    case 'cyclical':
    case 'boolean':
      return warn('needs one value', `choose one in dataset.sql, such as ${oneValue}`);
  }
}

/** What `multi` of a feature is where the column holds such lists. */
function multiFor({ delimiter }: ListColumn): string {
  return delimiter === undefined ? '{ list: true }' : `{ delimiter: ${JSON.stringify(delimiter)} }`;
}

/** Several values that are parted otherwise than they are written. */
function wrongParts(
  { delimiter }: Multi,
  list: ListColumn,
  warn: (what: string, remedy: string) => RunWarning,
): RunWarning | undefined {
  if (list.hasFields)
    return warn(
      'takes its fields for values of a list',
      `choose a field of it in dataset.sql, such as ${list.oneValue}`,
    );
  if (delimiter === list.delimiter) return undefined;
  const as = delimiter === undefined ? 'reads lists in brackets' : `parts it at ${JSON.stringify(delimiter)}`;
  return warn(as, `set multi of the feature to ${multiFor(list)}`);
}
