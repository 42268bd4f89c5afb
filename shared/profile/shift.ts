/** How far data have shifted from those of the reference. It draws in no schema, so that pages can use it. */

/** `another`: the column counts as that of another population. */
export type Shift = 'steady' | 'shifting' | 'another';

/** As is usual for the population stability index: from there on a population shifts, and from there on it is another. */
export const SHIFTING_PSI = 0.1;
export const OTHER_PSI = 0.25;

export function shiftOf(psi: number): Shift {
  if (psi > OTHER_PSI) return 'another';
  return psi > SHIFTING_PSI ? 'shifting' : 'steady';
}
