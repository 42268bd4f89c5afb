/** Whole numbers of conditions that are larger than JavaScript's numbers tell apart, such as ids of 17 digits. */
import type { Condition } from './spec/columns.js';

/** DuckDB's types of whole numbers. */
const WHOLE = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(\d+,0\))$/;
/** No column has one beyond. */
const [LEAST, MOST] = [-(2n ** 127n), 2n ** 127n - 1n];

/** The whole number that a text writes, where a column of `type` may have it and no number of JavaScript stands for it alone. */
export function wholeNumberOf(value: unknown, type: string): bigint | undefined {
  if (typeof value !== 'string' || !WHOLE.test(type)) return undefined;
  const text = value.trim();
  if (!/^[+-]?\d+$/.test(text) || Number.isSafeInteger(Number(text))) return undefined;
  const number = BigInt(text.replace('+', ''));
  return number >= LEAST && number <= MOST ? number : undefined;
}

const EXACT: ReadonlySet<Condition['is']> = new Set(['equal', 'notEqual', 'in']);

/** Whether a condition asks for a number itself that is one of several whole numbers which round to it. */
export function isRounded(value: number, is: Condition['is']): boolean {
  return EXACT.has(is) && Number.isInteger(value) && !Number.isSafeInteger(value);
}
