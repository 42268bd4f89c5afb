/** The order of runs: by what was asked for, then the newest first. */
import type { Scalar, SummaryRow } from '../summary.js';
import { decimalOf } from './decimal.js';
import type { ResolvedField } from './fields.js';

export interface ResolvedOrder {
  field: ResolvedField;
  /** Metrics go the best first, everything else upwards, unless it is said. */
  isDescending: boolean;
}

/** What a run is ordered by: a value for each order, and its number. */
export interface SortKey {
  values: readonly (Scalar | undefined)[];
  runNumber: number;
}

export function sortKey(summary: SummaryRow, orders: readonly ResolvedOrder[]): SortKey {
  return {
    values: orders.map(({ field }) => valueIn(summary, field)),
    runNumber: summary.fields.runNumber,
  };
}

/** Tags are texts: of those that are numbers, 9 comes before 10. */
function valueIn(summary: SummaryRow, { kind, valueOf }: ResolvedField): Scalar | undefined {
  const value = valueOf(summary);
  return kind === 'tag' && typeof value === 'string' ? (decimalOf(value) ?? value) : value;
}

/** Runs that lack a value come last, whichever the direction. */
export function compareKeys(orders: readonly ResolvedOrder[]): (a: SortKey, b: SortKey) => number {
  const directions = orders.map(({ isDescending }) => isDescending);
  return (a, b) => {
    for (let i = 0; i < directions.length; i++) {
      const order = compareValues(a.values[i] ?? null, b.values[i] ?? null, directions[i] ?? false);
      if (order !== 0) return order;
    }
    return b.runNumber - a.runNumber;
  };
}

const RANKS = { number: 0, string: 1, boolean: 2 } as const;

function compareValues(a: Scalar, b: Scalar, isDescending: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a !== typeof b) return RANKS[typeOf(a)] - RANKS[typeOf(b)];
  if (a === b) return 0;
  return a < b !== isDescending ? -1 : 1;
}

function typeOf(value: Exclude<Scalar, null>): keyof typeof RANKS {
  return typeof value === 'number' ? 'number' : typeof value === 'string' ? 'string' : 'boolean';
}
