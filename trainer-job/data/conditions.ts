import { assertNever, type Condition, type Dataset } from '@trainyard/shared';
import { cleaned } from './columns.js';
import { literal } from './duck.js';

const OPERATORS = {
  equal: '=',
  notEqual: '<>',
  greater: '>',
  greaterOrEqual: '>=',
  less: '<',
  lessOrEqual: '<=',
} as const;

type Scalar = string | number | boolean;

/** SQL that is true for the rows to keep and false, never null, for all others. */
export function conditionSql(dataset: Dataset, condition: Condition): string {
  const value = cleaned(dataset, condition.column);
  switch (condition.is) {
    case 'notNull':
      return `(${value}) IS NOT NULL`;
    case 'in':
      return condition.values.map((choice) => comparison(value, '=', choice)).join(' OR ');
    case 'equal':
    case 'notEqual':
    case 'greater':
    case 'greaterOrEqual':
    case 'less':
    case 'lessOrEqual':
      return comparison(value, OPERATORS[condition.is], condition.value);
    default:
      return assertNever(condition);
  }
}

/** Compared in the type of the value given: text of a CSV is read as a number where a number is asked for. */
function comparison(sql: string, operator: string, value: Scalar): string {
  const type = typeof value === 'number' ? 'DOUBLE' : typeof value === 'boolean' ? 'BOOLEAN' : 'VARCHAR';
  return `coalesce(try_cast(${sql} AS ${type}) ${operator} ${literal(value)}, false)`;
}

/** In words, for reports and errors. */
export function describeCondition(condition: Condition): string {
  if (condition.is === 'notNull') return `${condition.column} is not null`;
  if (condition.is === 'in') return `${condition.column} in ${JSON.stringify(condition.values)}`;
  return `${condition.column} ${OPERATORS[condition.is]} ${JSON.stringify(condition.value)}`;
}
