/** Which items may be recommended, by what is known of them. */
import { RecommenderError } from '../error.js';
import { isLargeInteger, type Attribute, type AttributeColumn } from './attributes.js';
import { notOfThisModel } from './catalogue.js';
import { checkKeys, isObject, kindOf } from './checkKeys.js';
import type { AttributeRange, Where } from './model.js';

/** Whether the item at that place of the catalogue may be recommended. */
export type ItemTest = (index: number) => boolean;

/** Checks a filter and makes it a test of places; undefined for none. */
export function testOf(
  where: Where | undefined,
  idAt: (index: number) => string,
  columns: readonly AttributeColumn[],
): ItemTest | undefined {
  if (where === undefined) return undefined;
  if (typeof where === 'function')
    return (index) => {
      const id = idAt(index);
      return answerOf(where(id, attributesOf(columns, index)), id);
    };
  if (!isObject(where)) {
    throw badOption(
      `where is ${kindOf(where)}`,
      'give a function of an item, or an object of values by attribute',
    );
  }
  const tests = Object.entries(where).map(([name, wanted]) => columnTest(columnOf(columns, name), wanted));
  return (index) => tests.every((test) => test(index));
}

/** What is no boolean would count as true, a promise of false and the text "no" too. */
function answerOf(answer: unknown, id: string): boolean {
  if (typeof answer === 'boolean') return answer;
  const isPromise = typeof answer === 'object' && answer !== null && 'then' in answer;
  throw badOption(
    `where answers ${isPromise ? 'a promise' : typeof answer === 'string' ? `the text "${answer}"` : kindOf(answer)} for the item "${id}"`,
    isPromise
      ? 'give a function that answers true or false at once: wait for what it needs before'
      : 'give a function that answers true or false',
  );
}

/** The values of one item by attribute. */
export function attributesOf(columns: readonly AttributeColumn[], index: number): Record<string, Attribute> {
  return Object.fromEntries(columns.map(({ name, at }) => [name, at(index)]));
}

function columnOf(columns: readonly AttributeColumn[], name: string): AttributeColumn {
  const column = columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const known = columns.map((candidate) => `"${candidate.name}"`).join(', ');
  if (known === '') {
    throw notOfThisModel(
      `where asks for "${name}", and the folder of this model does not say what is known of its items`,
      'give a function of the id of an item, or train again with attributes in the candidate tower',
    );
  }
  throw badOption(`where asks for "${name}", which is no attribute of the items`, `they have ${known}`);
}

/** A value, several of which one is wanted, or a range. */
function columnTest(column: AttributeColumn, wanted: unknown): ItemTest {
  const keyAt = (index: number) => keyOf(column, column.at(index));
  if (Array.isArray(wanted)) {
    const values = new Set(wanted.map((value: unknown) => equalTo(column, value)));
    return (index) => values.has(keyAt(index));
  }
  if (typeof wanted === 'object' && wanted !== null) return rangeTest(column, keyAt, wanted);
  const value = equalTo(column, wanted);
  return (index) => keyAt(index) === value;
}

function rangeTest(column: AttributeColumn, keyAt: (index: number) => Key, range: AttributeRange): ItemTest {
  checkKeys('bad-option', `the range of "${column.name}"`, range, ['from', 'to']);
  const [from, to] = [range.from, range.to].map((bound) =>
    bound === undefined ? null : wantedKey(column, bound),
  );
  return (index) => {
    const value = keyAt(index);
    if (value === null) return false;
    return (from === null || value >= from!) && (to === null || value <= to!);
  };
}

/** What values are compared by: numbers beyond 2^53 are bigints, which JavaScript compares with other numbers exactly. */
type Key = Attribute | bigint;

function keyOf({ type }: AttributeColumn, value: Attribute): Key {
  return type === 'number' && typeof value === 'string' ? BigInt(value) : value;
}

/** Of a whole number that JavaScript has rounded, nobody knows which it was. */
function equalTo(column: AttributeColumn, value: unknown): Key {
  if (column.isWhole && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new RecommenderError(
      'unsafe-number',
      `where asks for "${column.name}" of ${String(value)}, and it holds whole numbers: a number stands for one up to 2^53 - 1`,
      'give it as a bigint or a text, or give a range',
    );
  }
  return wantedKey(column, value);
}

/** A value is compared with those of the column only if it may be one: others would quietly match nothing. */
function wantedKey({ name, type, timeText }: AttributeColumn, value: unknown): Key {
  if (value === null) return null;
  if (type === 'number') {
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    // What `attributesOf` says of it.
    if (typeof value === 'string' && isLargeInteger(value)) return BigInt(value);
  }
  const time = typeof value === 'string' && timeText ? timeText(value) : undefined;
  const own = time === undefined ? value : time;
  const kind = type === 'text' ? 'string' : type;
  if (typeof own === kind && !Number.isNaN(own)) return own as Attribute;
  const held = timeText ? 'times' : PLURALS[type];
  throw badOption(
    `where asks for "${name}" of ${typeof value === 'string' ? `the text "${value}"` : kindOf(value)}, and it holds ${held}`,
    `give ${timeText ? 'times as texts of ISO 8601' : held}, null for a missing value, a list of these, or { from, to }`,
  );
}

const PLURALS = { number: 'numbers', boolean: 'booleans', text: 'texts' } as const;

function badOption(message: string, remedy: string): RecommenderError {
  return new RecommenderError('bad-option', message, remedy);
}
