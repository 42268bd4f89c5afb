/** Which items may be recommended, by what is known of them. */
import { RecommenderError } from '../error.js';
import type { Attribute, AttributeColumn } from './attributes.js';
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
  if (typeof where === 'function') return (index) => where(idAt(index), attributesOf(columns, index));
  if (!isObject(where)) {
    throw badOption(
      `where is ${kindOf(where)}`,
      'give a function of an item, or an object of values by attribute',
    );
  }
  const tests = Object.entries(where).map(([name, wanted]) => columnTest(columnOf(columns, name), wanted));
  return (index) => tests.every((test) => test(index));
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
function columnTest({ name, type, at }: AttributeColumn, wanted: unknown): ItemTest {
  if (Array.isArray(wanted)) {
    const values = new Set(wanted.map((value: unknown) => valueOf(name, type, value)));
    return (index) => values.has(at(index));
  }
  if (typeof wanted === 'object' && wanted !== null) return rangeTest(name, type, at, wanted);
  const value = valueOf(name, type, wanted);
  return (index) => at(index) === value;
}

function rangeTest(
  name: string,
  type: AttributeColumn['type'],
  at: AttributeColumn['at'],
  range: AttributeRange,
): ItemTest {
  checkKeys('bad-option', `the range of "${name}"`, range, ['from', 'to']);
  const [from, to] = [range.from, range.to].map((bound) =>
    bound === undefined ? null : valueOf(name, type, bound),
  );
  return (index) => {
    const value = at(index);
    if (value === null) return false;
    return (from === null || value >= from!) && (to === null || value <= to!);
  };
}

/** A value is compared with those of the column only if it may be one: others would quietly match nothing. */
function valueOf(name: string, type: AttributeColumn['type'], value: unknown): Attribute {
  if (value === null) return null;
  const own = typeof value === 'bigint' && type === 'number' ? Number(value) : value;
  const kind = type === 'text' ? 'string' : type;
  if (typeof own === kind && !Number.isNaN(own)) return own as Attribute;
  throw badOption(
    `where asks for "${name}" of ${typeof value === 'string' ? `the text "${value}"` : kindOf(value)}, and it holds ${PLURALS[type]}`,
    `give ${PLURALS[type]}, null for a missing value, a list of these, or { from, to }`,
  );
}

const PLURALS = { number: 'numbers', boolean: 'booleans', text: 'texts' } as const;

function badOption(message: string, remedy: string): RecommenderError {
  return new RecommenderError('bad-option', message, remedy);
}
