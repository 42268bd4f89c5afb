/** Queries as SQL over JSON text, with Firestore's meaning: types are not mixed, absent fields match nothing. */
import type { Filter, Query, StoredDocument } from './documentStore.js';
import { valueAt } from './field.js';

type Parameter = string | number | null;

/** Its rows have `path`, and `data` or, where fields are named, the JSON of each of them as `field0` and so on. */
export function selectStatement(query: Query): { sql: string; parameters: Parameter[] } {
  const order = query.orderBy ?? [];
  const parts = [
    { sql: 'collection = ?', parameters: [query.collection] },
    ...(query.where ?? []).map(condition),
    ...order.map(({ field }) => ({ sql: `${typeAt(field)} IS NOT NULL`, parameters: [] })),
    ...(query.startAfter ? [afterCursor(order, query.startAfter)] : []),
  ];
  const columns = order.map(
    ({ field, direction }) => `${extract(field)} ${direction === 'asc' ? 'ASC' : 'DESC'}`,
  );
  const pathDirection = order.at(-1)?.direction === 'desc' ? 'DESC' : 'ASC';
  const sql = [
    `SELECT path, ${query.fields?.map((field, i) => `data -> '${jsonPath(field)}' AS field${i}`).join(', ') ?? 'data'} FROM documents`,
    `WHERE ${parts.map((part) => `(${part.sql})`).join(' AND ')}`,
    `ORDER BY ${[...columns, `path ${pathDirection}`].join(', ')}`,
    ...(query.limit === undefined ? [] : ['LIMIT ?']),
  ].join(' ');
  const parameters = [
    ...parts.flatMap((part) => part.parameters),
    ...(query.limit === undefined ? [] : [query.limit]),
  ];
  return { sql, parameters };
}

/** Whether a document belongs to the query. */
export function matches(
  document: StoredDocument,
  query: Omit<Query, 'startAfter' | 'limit' | 'fields'>,
): boolean {
  if (document.path.slice(0, document.path.lastIndexOf('/')) !== query.collection) return false;
  if ((query.orderBy ?? []).some(({ field }) => valueAt(document.data, field) === undefined)) return false;
  return (query.where ?? []).every((filter) => holds(valueAt(document.data, filter.field), filter));
}

function condition({ field, op, value }: Filter): { sql: string; parameters: Parameter[] } {
  if (op === 'array-contains' || op === 'array-contains-any') return containing(field, [value].flat());
  if (Array.isArray(value)) {
    // As one list, for which an index is found.
    if (value.length > 0 && value.every((choice) => typeof choice === 'string'))
      return {
        sql: `${typeAt(field)} = 'text' AND ${extract(field)} IN (${value.map(() => '?').join(', ')})`,
        parameters: value,
      };
    const choices = value.map((choice) => condition({ field, op: '==', value: choice as string | number }));
    return {
      sql: choices.length === 0 ? 'FALSE' : choices.map((choice) => choice.sql).join(' OR '),
      parameters: choices.flatMap((choice) => choice.parameters),
    };
  }
  if (value === null) return { sql: `${typeAt(field)} = 'null'`, parameters: [] };
  if (typeof value === 'boolean') return { sql: `${typeAt(field)} = ?`, parameters: [String(value)] };
  const types = typeof value === 'number' ? `('integer', 'real')` : `('text')`;
  const operator = op === '==' || op === 'in' ? '=' : op;
  return {
    sql: `${typeAt(field)} IN ${types} AND ${extract(field)} ${operator} ?`,
    parameters: [value as Parameter],
  };
}

/** A list that has one of the choices among its elements. */
function containing(field: string, choices: Filter['value'][]): { sql: string; parameters: Parameter[] } {
  const wanted = choices.map(() => `(element.type = ? AND element.value = ?)`).join(' OR ') || 'FALSE';
  return {
    sql: `${typeAt(field)} = 'array' AND EXISTS (SELECT 1 FROM json_each(data, '${jsonPath(field)}') AS element WHERE ${wanted})`,
    parameters: choices.flatMap((choice) => [jsonTypeOf(choice), choice as Parameter]),
  };
}

function jsonTypeOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'real';
  return 'text';
}

/** The documents behind the cursor in the query's order: the first differing field decides, the path breaks ties. */
function afterCursor(
  order: NonNullable<Query['orderBy']>,
  cursor: StoredDocument,
): { sql: string; parameters: Parameter[] } {
  const last = order.at(-1)?.direction ?? 'asc';
  let sql = `path ${last === 'asc' ? '>' : '<'} ?`;
  let parameters: Parameter[] = [cursor.path];
  for (const { field, direction } of order.toReversed()) {
    const value = parameterOf(valueAt(cursor.data, field));
    // Null comes before every value, and nothing compares with it.
    const behind = direction === 'asc' ? '>' : '<';
    const beyondNull = direction === 'asc' ? value === null && 'NOT NULL' : value !== null && 'NULL';
    sql = [
      `${extract(field)} ${behind} ?`,
      ...(beyondNull ? [`${extract(field)} IS ${beyondNull}`] : []),
      `(${extract(field)} IS ? AND (${sql}))`,
    ].join(' OR ');
    parameters = [value, value, ...parameters];
  }
  return { sql, parameters };
}

function holds(actual: unknown, { op, value }: Filter): boolean {
  if (op === 'array-contains' || op === 'array-contains-any') {
    return Array.isArray(actual) && [value].flat().some((choice) => actual.includes(choice));
  }
  if (Array.isArray(value)) return value.some((choice) => choice === actual);
  if (op === '==' || op === 'in') return actual === value;
  if (typeof actual !== typeof value || actual === null || value === null) return false;
  const [left, right] = [actual as string | number, value as string | number];
  switch (op) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function parameterOf(value: unknown): Parameter {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

/** The value of a field. Its path stands in the statement itself: so an index of the same expression is found. */
export function extract(field: string): string {
  return `json_extract(data, '${jsonPath(field)}')`;
}

function typeAt(field: string): string {
  return `json_type(data, '${jsonPath(field)}')`;
}

/** A dotted field as a JSON path. Every key is quoted, so no name can mean anything else, and none holds a quote. */
function jsonPath(field: string): string {
  if (!/^[\w-]+(\.[\w-]+)*$/.test(field)) throw new Error(`field "${field}" cannot be queried`);
  return `$${field
    .split('.')
    .map((key) => `."${key}"`)
    .join('')}`;
}
