/** When figures that are made of ranks tell of scores that are alike more than of the model: ranks count only what scores higher. */
import type { RunWarningCode } from '../errors/runWarnings.js';
import type { RunWarning } from '../runs/warnings.js';

const CODE: RunWarningCode = 'equal-scores';
/** Below this share of the rows recall is hardly another one. */
export const TIED_SHARE = 0.02;

/** Rows that were looked at, and those of them in which equal scores decide whether the item is found. */
export interface Ties {
  looked: number;
  byTies: number;
}

export function isByTies({ looked, byTies }: Ties): boolean {
  return byTies > TIED_SHARE * looked;
}

/** What the warnings of a run say of equal scores; null where these do not make its ranks. */
export function tiesOf(warnings: readonly Pick<RunWarning, 'code' | 'counts'>[]): Ties | null {
  const { looked = 0, byTies = 0 } = warnings.find(({ code }) => code === CODE)?.counts ?? {};
  return isByTies({ looked, byTies }) ? { looked, byTies } : null;
}

export function tiesInWords({ looked, byTies }: Ties): string {
  return `in ${byTies} of ${looked} test rows that were looked at, items score alike and the right one counts as the first of them`;
}
