/** Whether a run is what a filter asks for. */
import { assertNever } from '@trainyard/shared';
import type { Scalar, SummaryRow } from '../summary.js';
import { decimalOf } from './decimal.js';
import type { ResolvedField } from './fields.js';
import { operandOf } from './operands.js';
import type { FieldName, Filter, FilterValue, Operator } from './parse.js';

export type Predicate = (summary: SummaryRow) => boolean;

/** What the fields of a filter mean. */
export interface FilterNames {
  resolve: (field: FieldName) => ResolvedField;
  /** Fails as a filter does that is wrong there. */
  refuse: (field: FieldName, mistake: string) => never;
}

/** The filter as a function. */
export function compileFilter(filter: Filter, names: FilterNames): Predicate {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.parts.map((part) => compileFilter(part, names));
      return filter.kind === 'and'
        ? (summary) => parts.every((part) => part(summary))
        : (summary) => parts.some((part) => part(summary));
    }
    case 'not': {
      const part = compileFilter(filter.part, names);
      return (summary) => !part(summary);
    }
    case 'compare': {
      const { valueOf, operand } = comparedWith(filter.field, names);
      const holds = comparison(filter.operator, operand(filter.operator, filter.value));
      return (summary) => holds(valueOf(summary) ?? null);
    }
    case 'in': {
      const { valueOf, operand } = comparedWith(filter.field, names);
      const choices = filter.values.map((value) => comparison('=', operand('=', value)));
      return (summary) => {
        const value = valueOf(summary) ?? null;
        return choices.some((isIt) => isIt(value)) !== filter.isNegated;
      };
    }
    case 'contains': {
      const { valueOf } = names.resolve(filter.field);
      const text = filter.text.toLowerCase();
      return (summary) =>
        String(valueOf(summary) ?? '')
          .toLowerCase()
          .includes(text) !== filter.isNegated;
    }
    default:
      return assertNever(filter);
  }
}

function comparedWith(name: FieldName, { resolve, refuse }: FilterNames) {
  const field = resolve(name);
  return {
    valueOf: field.valueOf,
    operand: (operator: Operator, value: FilterValue): FilterValue => {
      const operand = operandOf(field, operator, value);
      return 'mistake' in operand ? refuse(name, operand.mistake) : operand.value;
    },
  };
}

/**
 * A run that lacks the value is equal to null alone, differs from everything else, and is neither smaller nor greater. Tags are texts:
 * one that is a number is compared as such with a number.
 */
function comparison(operator: Operator, wanted: FilterValue): (value: Scalar) => boolean {
  switch (operator) {
    case '=':
      return (value) => {
        const { left, right } = sides(value, wanted);
        return left === right;
      };
    case '!=':
      return (value) => {
        const { left, right } = sides(value, wanted);
        return left !== right;
      };
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (value) => {
        const { left, right } = sides(value, wanted);
        if (left === null || right === null || typeof left !== typeof right) return false;
        return ordered(operator, left, right);
      };
    default:
      return assertNever(operator);
  }
}

function ordered(
  operator: '<' | '<=' | '>' | '>=',
  value: Exclude<Scalar, null>,
  wanted: Exclude<Scalar, null>,
): boolean {
  switch (operator) {
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
    default:
      return assertNever(operator);
  }
}

/** Both as one type, where one is the other in other words: "0.10" is as good as 0.1, and "true" as true. */
function sides(left: Scalar, right: FilterValue): { left: Scalar; right: FilterValue } {
  if (typeof left === 'string' && typeof right === 'number') return { left: decimalOf(left) ?? left, right };
  if (typeof left === 'number' && typeof right === 'string')
    return { left, right: decimalOf(right) ?? right };
  if (typeof left === 'boolean' && typeof right === 'string') return { left: String(left), right };
  if (typeof left === 'string' && typeof right === 'boolean') return { left, right: String(right) };
  return { left, right };
}
