/** Values that a column cannot have: encoders take them for missing ones, which whoever gave them is to be told. */
import { truthOf } from '../encode/boolean.js';
import { numberOfColumn, type ColumnTypes } from '../encode/columnText.js';
import type { FittedFeature } from '../encode/fittedFeature.js';
import { secondsOf, textOf, type FeatureValue } from '../encode/value.js';
import type { TransformDocument } from '../format/transformDocument.js';

type IsUnread = (value: FeatureValue) => boolean;

/** What tells values that cannot be read, by each column of the query tower that is read as numbers, times or truth values; a missing one is none of them. */
export function unreadByColumn({
  query,
  columnTypes,
}: Pick<TransformDocument, 'query' | 'columnTypes'>): ReadonlyMap<string, IsUnread> {
  const tests = new Map<string, IsUnread[]>();
  for (const { fitted, encoded } of query.features) {
    for (const column of encoded.columns) {
      const test = testOf(fitted, column, columnTypes);
      if (test) tests.set(column, [...(tests.get(column) ?? []), test]);
    }
  }
  return new Map(
    [...tests].map(([column, own]) => [
      column,
      (value) => !isMissing(value) && own.some((isUnread) => isUnread(value)),
    ]),
  );
}

/** Undefined for what is read as a text, which is always one. */
function testOf(fitted: FittedFeature, column: string, types?: ColumnTypes): IsUnread | undefined {
  switch (fitted.transform) {
    case 'normalize':
    case 'bucketize': {
      const number = numberOfColumn(column, types);
      return (value) => Number.isNaN(number(value));
    }
    case 'cyclical':
      return (value) => Number.isNaN(secondsOf(value, fitted.unit));
    case 'boolean':
      return (value) => truthOf(textOf(value)) === undefined;
    default:
      return undefined;
  }
}

/** Not-a-number is how some writers of files store a number that is missing. */
function isMissing(value: FeatureValue): boolean {
  return ['', 'nan'].includes((textOf(value) ?? '').trim().toLowerCase());
}
