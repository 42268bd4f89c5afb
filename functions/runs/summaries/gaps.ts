/** Which numbers of a model's runs have no summary, and were not looked for. */
import { RUNS_PER_PAGE, pageOf } from './page.js';
import type { KnownPage } from './pageCache.js';

/** Numbers that a page lacks. */
export interface Gap {
  page: number;
  /** The first and the last of them. */
  from: number;
  to: number;
  count: number;
}

/** In the order of the pages. */
export function gapsIn(pages: ReadonlyMap<number, KnownPage>, lastRunNumber: number): Gap[] {
  return Array.from({ length: pageOf(lastRunNumber) }, (_, i) =>
    gapOf(i + 1, pages.get(i + 1), lastRunNumber),
  ).flatMap((gap) => gap ?? []);
}

function gapOf(page: number, known: KnownPage | undefined, lastRunNumber: number): Gap | undefined {
  const first = (page - 1) * RUNS_PER_PAGE + 1;
  const last = Math.min(page * RUNS_PER_PAGE, lastRunNumber);
  const unknownFrom = Math.max(first, (known?.lookedUpTo ?? 0) + 1);
  if (unknownFrom > last) return undefined;
  const numbers = new Set(known?.rows.map(({ fields }) => fields.runNumber));
  let [from, to, count] = [0, 0, 0];
  for (let number = unknownFrom; number <= last; number++) {
    if (numbers.has(number)) continue;
    from ||= number;
    to = number;
    count++;
  }
  return count === 0 ? undefined : { page, from, to, count };
}

export function numbersIn(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, { count }) => sum + count, 0);
}
