/** `--where` of one list: the conditions that the trainer asks of `items.parquet` for lists of many, asked of the values in the folder. */
import { assertNever, type Condition } from '@trainyard/shared';
import { truthOf as truthOfWord } from '@trainyard/recommender/encode/boolean';
import { infiniteOf, secondsOf } from '@trainyard/recommender/encode/value';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { isRounded, wholeNumberOf } from '@trainyard/shared/wholeNumbers';

/** What is known of the items under one name. */
export interface ItemColumn {
  /** DuckDB's. */
  type: string;
  /** The value of the item at a place of the catalogue as DuckDB writes it; null where it is missing. */
  textAt(this: void, place: number): string | null;
}

type Scalar = string | number | boolean;
type Test = (text: string) => boolean;

/** Whether the item at a place meets all conditions. Throws `UserError` for a column that items have not, and for values that a column cannot be compared with. */
export function itemWhere(
  conditions: readonly Condition[],
  columns: ReadonlyMap<string, ItemColumn>,
): (place: number) => boolean {
  const tests = conditions.map((condition) => {
    const column = columns.get(condition.column);
    if (!column) throw noColumn(condition.column, [...columns.keys()]);
    const holds = conditionTest(condition, column.type);
    return (place: number) => {
      const text = column.textAt(place);
      return text !== null && holds(text);
    };
  });
  return (place) => tests.every((test) => test(place));
}

function noColumn(name: string, known: readonly string[]): UserError {
  const isCount = name === 'train_count';
  return new UserError(
    'wrong-arguments',
    `--where names the column "${name}", ${
      isCount
        ? 'which items.parquet alone has: give --out FILE with it, or leave it out'
        : `and items have ${known.map((one) => `"${one}"`).join(', ')}: name one of these`
    }`,
  );
}

/** Of values that are there. */
function conditionTest(condition: Condition, type: string): Test {
  switch (condition.is) {
    case 'notNull':
      return () => true;
    case 'in': {
      const tests = condition.values.map((value) => comparison(condition.column, type, 'equal', value));
      return (text) => tests.some((test) => test(text));
    }
    case 'equal':
    case 'notEqual':
    case 'greater':
    case 'greaterOrEqual':
    case 'less':
    case 'lessOrEqual':
      return comparison(condition.column, type, condition.is, condition.value);
    default:
      return assertNever(condition);
  }
}

type Operator = Exclude<Condition['is'], 'in' | 'notNull'>;

const HOLDS: Readonly<Record<Operator, (order: number) => boolean>> = {
  equal: (order) => order === 0,
  notEqual: (order) => order !== 0,
  greater: (order) => order > 0,
  greaterOrEqual: (order) => order >= 0,
  less: (order) => order < 0,
  lessOrEqual: (order) => order <= 0,
};

/** A number or a truth value makes the column what it is itself; a text is read as what the column holds. */
function comparison(column: string, type: string, operator: Operator, value: Scalar): Test {
  const holds = HOLDS[operator];
  const byOrder =
    <T extends number>(read: (text: string) => T | null, other: T): Test =>
    (text) => {
      const own = read(text);
      return own !== null && holds(own - other);
    };
  const large = wholeNumberOf(value, type);
  if (large !== undefined) return (text) => holds(orderOf(BigInt(text), large));
  if (typeof value === 'number' && isRounded(value, operator) && !/^(DOUBLE|FLOAT)$/.test(type))
    throw rounded(column, value);
  if (typeof value === 'number')
    return byOrder(type === 'BOOLEAN' ? truthOf : isTime(type) ? never : numberOf, value);
  if (typeof value === 'boolean')
    return byOrder(isNumber(type) ? truthOfNumber : isTime(type) ? never : truthOf, value ? 1 : 0);
  if (type === 'BOOLEAN') return byOrder(truthOf, givenTruth(column, type, value));
  if (isTime(type)) return byOrder(timeOfText, timeOf(column, type, value));
  if (isNumber(type)) return byOrder(numberOf, givenNumber(column, type, value));
  const other = Buffer.from(value);
  return (text) => holds(Buffer.compare(Buffer.from(text), other));
}

function orderOf(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** As DuckDB reads one: digits may be parted by lines. */
const NUMBER = /^\s*[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?\s*$/i;
const TRUE = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE = new Set(['false', 'f', 'no', 'n', '0']);

/** Times are no numbers and no truth values. */
const never = () => null;

function numberOf(text: string): number | null {
  return infiniteOf(text) ?? (NUMBER.test(text) ? Number(text.replaceAll('_', '')) : null);
}

function timeOfText(text: string): number {
  return infiniteOf(text) ?? secondsOf(text);
}

function truthOf(text: string): number | null {
  const name = text.toLowerCase();
  return TRUE.has(name) ? 1 : FALSE.has(name) ? 0 : null;
}

function truthOfNumber(text: string): number | null {
  const number = numberOf(text);
  return number === null ? null : Number(number !== 0);
}

function isTime(type: string): boolean {
  return /^(DATE$|TIMESTAMP)/.test(type);
}

function isNumber(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL)/.test(type);
}

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** Seconds since 1970; UTC without a zone, and of a month its first day. Parts finer than milliseconds are cut off, as in the lists of many. */
function timeOf(column: string, type: string, value: string): number {
  const whole = /^\d{4}-\d{2}$/.test(value) ? `${value}-01` : value;
  const [, day, clock = '00:00', zone = 'Z'] = TIME.exec(whole) ?? [];
  const milliseconds = day === undefined ? NaN : new Date(`${day}T${clock}${zone}`).getTime();
  if (Number.isFinite(milliseconds)) return milliseconds / 1000;
  throw incomparable(column, type, value, '2024-12-31 or 2024-12-31T23:59:59Z');
}

function givenNumber(column: string, type: string, value: string): number {
  const number = value.trim() === '' ? NaN : Number(value);
  if (Number.isFinite(number)) return number;
  throw incomparable(column, type, value, '12.5');
}

/** By the words that the cast to `boolean` reads. */
function givenTruth(column: string, type: string, value: string): number {
  const truth = truthOfWord(value);
  if (truth !== undefined) return Number(truth);
  throw incomparable(column, type, value, 'true or false (t, yes, y, 1, f, no, n and 0 are read too)');
}

function rounded(column: string, value: number): UserError {
  return new UserError(
    'wrong-arguments',
    `--where compares column "${column}" with the number ${value}, which stands for several whole numbers: write it as a text, in quotes, as the data have it`,
  );
}

function incomparable(column: string, type: string, value: string, example: string): UserError {
  return new UserError(
    'wrong-arguments',
    `--where compares column "${column}" with "${value}"; the column is of type ${type}: write the value as in ${example}`,
  );
}
