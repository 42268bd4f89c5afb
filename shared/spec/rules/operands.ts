import type { DerivedColumn, Operand } from '../shaping.js';

/** The columns that a derived one is made of. */
export function operandsOf(derived: DerivedColumn): string[] {
  if ('column' in derived) return [derived.column];
  if (derived.is === 'if') return [...columnsOf([derived.use, derived.otherwise]), derived.when.column];
  return columnsOf(derived.of);
}

function columnsOf(operands: readonly Operand[]): string[] {
  return operands.flatMap((operand) => ('column' in operand ? [operand.column] : []));
}
