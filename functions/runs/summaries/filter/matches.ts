/** Whether a run is what a filter asks for. */
import { assertNever } from '@trainyard/shared';
import type { Scalar, SummaryRow } from '../summary.js';
import type { ResolvedField } from './fields.js';
import type { FieldName, Filter, FilterValue, Operator } from './parse.js';

export type Predicate = (summary: SummaryRow) => boolean;

/** The filter as a function; `resolve` says what each of its fields means. */
export function compileFilter(filter: Filter, resolve: (field: FieldName) => ResolvedField): Predicate {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.parts.map((part) => compileFilter(part, resolve));
      return filter.kind === 'and'
        ? (summary) => parts.every((part) => part(summary))
        : (summary) => parts.some((part) => part(summary));
    }
    case 'not': {
      const part = compileFilter(filter.part, resolve);
      return (summary) => !part(summary);
    }
    case 'compare': {
      const { valueOf } = resolve(filter.field);
      const holds = comparison(filter.operator, filter.value);
      return (summary) => holds(valueOf(summary) ?? null);
    }
    case 'in': {
      const { valueOf } = resolve(filter.field);
      const choices = filter.values.map((value) => comparison('=', value));
      return (summary) => {
        const value = valueOf(summary) ?? null;
        return choices.some((isIt) => isIt(value)) !== filter.isNegated;
      };
    }
    case 'contains': {
      const { valueOf } = resolve(filter.field);
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

/**
 * A run that lacks the value is equal to null alone, differs from everything else, and is neither smaller nor greater. Tags are texts:
 * one that is a number is compared as such with a number.
 */
function comparison(operator: Operator, wanted: FilterValue): (value: Scalar) => boolean {
  switch (operator) {
    case '=':
      return (value) => alike(value, wanted) === wanted;
    case '!=':
      return (value) => alike(value, wanted) !== wanted;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (value) => {
        const comparable = alike(value, wanted);
        if (comparable === null || wanted === null || typeof comparable !== typeof wanted) return false;
        return ordered(operator, comparable, wanted);
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

/** The value as the type of what it is held against, where it is that in other words. */
function alike(value: Scalar, wanted: FilterValue): Scalar {
  if (typeof value === 'string' && typeof wanted === 'number') {
    const number = value.trim() === '' ? NaN : Number(value);
    return Number.isNaN(number) ? value : number;
  }
  if (typeof wanted === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return String(value);
  return value;
}
