import type { DerivedColumn } from '../shaping.js';

/** The columns that a derived one is made of. */
export function operandsOf(derived: DerivedColumn): string[] {
  const of = [
    ...('of' in derived ? derived.of : []),
    ...(derived.is === 'if' ? [derived.use, derived.otherwise, { column: derived.when.column }] : []),
  ];
  return [
    ...('column' in derived ? [derived.column] : []),
    ...of.flatMap((one) => ('column' in one ? [one.column] : [])),
  ];
}
