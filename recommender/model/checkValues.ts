/** Requests are read strictly: what no training row could have said is an error, and never quietly somebody else. */
import { TIME_UNIT_WORDS, unitOfNumber, type TimeUnit } from '@trainyard/shared/timeUnit';
import type { ColumnTypes } from '../encode/columnText.js';
import type { FeatureValue, FeatureValues, SingleValue } from '../encode/value.js';
import { RecommenderError } from '../error.js';
import { isObject, kindOf } from './checkKeys.js';
import type { TransformDocument } from '../format/transformDocument.js';

type TowerTransform = TransformDocument['query'];

/** Numbers of these columns are numbers; of others they are names that somebody wrote as numbers. */
const NUMERIC: ReadonlySet<string> = new Set(['normalize', 'bucketize', 'cyclical']);

/** Makes a check of values by column, which throws a `RecommenderError` for the first that a tower cannot mean. */
export function valuesChecker(
  tower: string,
  { features, idFeature }: TowerTransform,
  types: ColumnTypes = {},
): (values: FeatureValues) => void {
  const allowed = new Set(features.flatMap(({ encoded }) => encoded.columns));
  const ids = new Set(features[idFeature]?.encoded.columns);
  const named = new Set(
    features
      .filter(({ fitted }) => !NUMERIC.has(fitted.transform))
      .flatMap(({ encoded }) => encoded.columns)
      // Of what the data have in floating point themselves, a number is the very one.
      .filter((column) => !(Object.hasOwn(types, column) && /^(DOUBLE|FLOAT)$/.test(types[column]!))),
  );
  const units = timeUnits(features);
  const lists = listColumns(features);
  return (values) => {
    if (!isObject(values)) {
      throw new RecommenderError(
        'bad-value',
        `the values of the ${tower} tower are ${kindOf(values)}`,
        'give an object of values by column, such as { user: "u42" }',
      );
    }
    for (const [column, value] of Object.entries(values)) {
      if (!allowed.has(column)) throw unknownColumn(tower, column, allowed);
      if (Array.isArray(value) && lists.has(column)) {
        for (const one of value as unknown[]) checkListed(column, one);
        continue;
      }
      checkType(column, value);
      if (ids.has(column)) checkId(value, `column "${column}"`);
      else if (named.has(column)) checkSafe(column, value);
      const unit = units.get(column);
      if (unit !== undefined) checkUnit(column, value, unit);
    }
  };
}

/** Columns of lists, unless something else reads them too, to which a list is a text. */
function listColumns(features: TowerTransform['features']): ReadonlySet<string> {
  const isOfLists = ({ fitted }: TowerTransform['features'][number]) =>
    fitted.transform === 'multi' && fitted.delimiter === null;
  const others = new Set(
    features.filter((feature) => !isOfLists(feature)).flatMap(({ encoded }) => encoded.columns),
  );
  const columns = features.filter(isOfLists).flatMap(({ encoded }) => encoded.columns);
  return new Set(columns.filter((column) => !others.has(column)));
}

function checkListed(column: string, value: unknown): void {
  checkType(`a value of the list of column "${column}"`, value);
  checkSafe(column, value as SingleValue);
}

/** The unit of each column whose numbers are times; where all periods are lengths, they need be none. */
function timeUnits(features: TowerTransform['features']): ReadonlyMap<string, TimeUnit> {
  return new Map(
    features.flatMap(({ fitted, encoded }) =>
      fitted.transform === 'cyclical' && fitted.periods.some((period) => typeof period === 'string')
        ? encoded.columns.map((column) => [column, fitted.unit ?? 's'] as const)
        : [],
    ),
  );
}

/** A time of today in another unit is one of 1970 or of a year with five digits in this one, which no training row had. */
function checkUnit(column: string, value: FeatureValue, unit: TimeUnit): void {
  const found = unitOfNumber(Number(value ?? NaN));
  if (found === undefined || found === unit) return;
  throw new RecommenderError(
    'bad-value',
    `column "${column}" has times in ${TIME_UNIT_WORDS[unit]} since 1970, and ${String(value)} is as large as one in ${TIME_UNIT_WORDS[found]}`,
    `give it in ${TIME_UNIT_WORDS[unit]}, or as a text of ISO 8601`,
  );
}

/** Throws for what is no id. A number must be a safe integer: others are not the id that was written. */
export function checkId(value: FeatureValue, what: string): void {
  checkType(what, value);
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new RecommenderError(
      'unsafe-number',
      `${what} is an id, and ${value} was given: a number is one only as an integer from -(2^53 - 1) to 2^53 - 1`,
      'give it as a text or a bigint, as the data have it',
    );
  }
}

/** A fraction is the text that it writes; of an integer beyond 2^53, nobody knows which it was. */
function checkSafe(column: string, value: FeatureValue): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)) return;
  throw new RecommenderError(
    'unsafe-number',
    `column "${column}" holds categories, and ${value} was given: integers stand for one up to 2^53 - 1`,
    'give it as a text or a bigint, as the data have it',
  );
}

function checkType(what: string, value: unknown): void {
  if (value === null || ['string', 'number', 'bigint', 'boolean', 'undefined'].includes(typeof value)) return;
  throw new RecommenderError(
    'bad-value',
    `${what} was given ${kindOf(value)}`,
    'give a text, a number, a bigint, a boolean, or null for a missing value; times as ISO 8601, or as numbers since 1970 in the unit of the data',
  );
}

function unknownColumn(tower: string, column: string, allowed: ReadonlySet<string>): RecommenderError {
  return new RecommenderError(
    'unknown-column',
    `"${column}" was given, and the ${tower} tower reads ${[...allowed].map((name) => `"${name}"`).join(', ')}`,
    'leave it out, or name one of these columns; a column that is left out counts as missing',
  );
}
