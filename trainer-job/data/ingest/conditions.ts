import { assertNever, runWarning, type Condition, type RunWarning, whole } from '@trainyard/shared';
import { truthOf } from '@trainyard/recommender/encode/boolean';
import { isRounded, wholeNumberOf } from '@trainyard/shared/wholeNumbers';
import { withoutNan } from './columns.js';
import { literal } from '../database.js';
import { TrainerError } from '../../errors/trainerError.js';

const OPERATORS = {
  equal: '=',
  notEqual: '<>',
  greater: '>',
  greaterOrEqual: '>=',
  less: '<',
  lessOrEqual: '<=',
} as const;

type Scalar = string | number | boolean;

/** A condition, and the setting that says it. */
interface Asked {
  condition: Condition;
  setting: string;
}

/**
 * SQL that is true for the rows to keep and false, never null, for all others. `value` is SQL of the column after its
 * cleaning, `type` DuckDB's of it. Fails with a `TrainerError` for text that a column of numbers or times cannot be compared with; it names `setting`.
 */
export function conditionSql(
  condition: Condition,
  value: string,
  type: string,
  setting = 'dataset.where',
): string {
  const compared = (operator: string, choice: Scalar) =>
    `coalesce(${comparison(value, type, operator, choice, { condition, setting })}, false)`;
  switch (condition.is) {
    case 'notNull':
      return `(${value}) IS NOT NULL`;
    case 'in':
      return condition.values.map((choice) => compared('=', choice)).join(' OR ');
    case 'equal':
    case 'notEqual':
    case 'greater':
    case 'greaterOrEqual':
    case 'less':
    case 'lessOrEqual':
      return compared(OPERATORS[condition.is], condition.value);
    default:
      return assertNever(condition);
  }
}

/**
 * Text is read as a time, a number or a truth value where the column holds those: as text, "9" is more than "10". A number or a truth
 * value makes the column what it is itself: the text of a CSV is read as a number where a number is asked for.
 */
function comparison(sql: string, type: string, operator: string, value: Scalar, asked: Asked): string {
  const large = wholeNumberOf(value, type);
  if (large !== undefined) return `CAST(${sql} AS HUGEINT) ${operator} ${literal(String(large))}::HUGEINT`;
  if (typeof value === 'number') {
    if (isRounded(value, asked.condition.is) && !FLOATING.test(type)) throw rounded(value, asked);
    return `${asNumber(sql)} ${operator} ${literal(value)}`;
  }
  if (typeof value === 'boolean') return `try_cast(${sql} AS BOOLEAN) ${operator} ${literal(value)}`;
  if (type === 'BOOLEAN') return `${sql} ${operator} ${literal(truthIn(value, asked, type))}`;
  if (isTime(type)) return `${sql} ${operator} ${literal(timeOf(value, asked, type))}::TIMESTAMP`;
  if (isNumber(type)) return `${asNumber(sql)} ${operator} ${literal(numberOf(value, asked, type))}`;
  return `CAST(${sql} AS VARCHAR) ${operator} ${literal(value)}`;
}

const IN_ORDER: ReadonlySet<Condition['is']> = new Set(['greater', 'greaterOrEqual', 'less', 'lessOrEqual']);

/**
 * SQL that is true for the rows in which a comparison of texts, "9" and "10", says other than one of the numbers that they write;
 * undefined where no such texts are compared.
 */
export function textOrderSql(condition: Condition, value: string, type: string): string | undefined {
  if (!('value' in condition) || typeof condition.value !== 'string' || !IN_ORDER.has(condition.is))
    return undefined;
  const number = condition.value.trim() === '' ? Number.NaN : Number(condition.value);
  if (!Number.isFinite(number) || type === 'BOOLEAN' || isTime(type) || isNumber(type)) return undefined;
  const asNumbers = conditionSql({ ...condition, value: number }, value, type);
  return `${asNumber(value)} IS NOT NULL AND (${asNumbers}) <> (${conditionSql(condition, value, type)})`;
}

export function textOrderWarning({
  column,
  describes,
  rows,
}: {
  column: string;
  describes: string;
  rows: number;
}): RunWarning {
  return runWarning(
    'compared-as-text',
    `dataset.where compares texts in "${describes}", as "9" is more than "10": of ${whole(rows)} ${rows === 1 ? 'row' : 'rows'} it says other than the numbers that they write`,
    `write the value as a number, without quotes, or set dataset.columns[${JSON.stringify(column)}].cast to "float64"`,
    { rows },
  );
}

function asNumber(sql: string): string {
  return withoutNan(`try_cast(${sql} AS DOUBLE)`);
}

function isTime(type: string): boolean {
  return /^(DATE$|TIMESTAMP)/.test(type);
}

function isNumber(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL)/.test(type);
}

/** In UTC, as DuckDB writes it. Without a zone it is UTC already; a month, as folders are named by, begins on its first day. */
function timeOf(given: string, asked: Asked, type: string): string {
  const value = /^\d{4}-\d{2}$/.test(given) ? `${given}-01` : given;
  const parts =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/.exec(value);
  const time = new Date(parts ? `${parts[1]}T${parts[2] ?? '00:00'}${parts[3] ?? 'Z'}` : Number.NaN);
  if (Number.isNaN(time.getTime()))
    throw incomparable(given, asked, type, '2024-12-31 or 2024-12-31T23:59:59Z', 'string');
  return time.toISOString().replace('T', ' ').replace('Z', '');
}

function numberOf(value: string, asked: Asked, type: string): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number))
    throw incomparable(value, asked, type, '12.5', /^\d{4}-\d\d/.test(value) ? 'timestamp' : 'string');
  return number;
}

/** By the words that the cast to `boolean` reads. */
function truthIn(value: string, asked: Asked, type: string): boolean {
  const truth = truthOf(value);
  if (truth === undefined)
    throw incomparable(
      value,
      asked,
      type,
      'true or false (t, yes, y, 1, f, no, n and 0 are read too)',
      'string',
    );
  return truth;
}

const FLOATING = /^(DOUBLE|FLOAT)$/;

/** One that is asked for itself is asked for by digits that JavaScript has rounded, and the column may have several that round to it. */
function rounded(value: number, { condition, setting }: Asked): TrainerError {
  return new TrainerError(
    'bad-condition',
    `${setting} compares column "${condition.column}" with the number ${value}, which stands for several whole numbers: those up to 2^53 - 1 alone are told apart`,
    'write it as a text, in quotes, as the data have it',
    { stage: 'ingest' },
  );
}

function incomparable(
  value: string,
  { condition, setting }: Asked,
  type: string,
  example: string,
  cast: 'string' | 'timestamp',
): TrainerError {
  return new TrainerError(
    'bad-condition',
    `${setting} compares column "${condition.column}" with "${value}"; the column is of type ${type}`,
    `write the value as in ${example}, or set dataset.columns["${condition.column}"].cast to "${cast}"`,
    { stage: 'ingest' },
  );
}

/** In words, for reports and errors. */
export function describeCondition(condition: Condition): string {
  if (condition.is === 'notNull') return `${condition.column} is not null`;
  if (condition.is === 'in') return `${condition.column} in ${JSON.stringify(condition.values)}`;
  return `${condition.column} ${OPERATORS[condition.is]} ${JSON.stringify(condition.value)}`;
}
