/** Texts of requests in a graph: what the recommender's `encode/columnText.ts` makes of those of a typed column. */
import type { Graph, Value } from '../../graph/graph.js';
import { matchesText, replaceText, select, text } from '../../graph/ops.js';

/** What JavaScript trims, as RE2 writes it. */
export const SPACE =
  '[\\t\\n\\v\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}]*';

/** The whole text, but for space around it. */
export function trimmed(pattern: string): string {
  return `^${SPACE}${pattern}${SPACE}$`;
}

const IS_INTEGER = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
export const IS_FLOATING = /^(DOUBLE|FLOAT)$/;
export const IS_TIME = /^(DATE|TIMESTAMP(_\w+| WITH TIME ZONE)?)$/;
const DECIMAL = /^DECIMAL\((\d+),(\d+)\)$/;

/** As the data write the column's type; a text that the type cannot have stays as it is. */
export function canonicalText(graph: Graph, given: Value, type: string | undefined): Value {
  if (type === undefined) return given;
  if (IS_INTEGER.test(type)) return integerText(graph, given);
  if (type === 'BOOLEAN') {
    const no = select(graph, isFalse(graph, given), text(graph, 'false'), given);
    return select(graph, isTrue(graph, given), text(graph, 'true'), no);
  }
  const [, digits, scale] = DECIMAL.exec(type) ?? [];
  return scale === undefined ? given : decimalText(graph, given, Number(scale), digits !== scale);
}

/** Without zeros before it, a plus, and a fraction of zeros; 0 has no sign. */
function integerText(graph: Graph, given: Value): Value {
  const above = replaceText(graph, given, trimmed('\\+?0*(\\d+)(?:\\.0*)?'), '\\1');
  const below = replaceText(graph, above, trimmed('-0*(\\d+)(?:\\.0*)?'), '-\\1');
  return replaceText(graph, below, '^-0$', '0');
}

/** As many digits behind the point as the type has, and one before it where it has any. */
function decimalText(graph: Graph, given: Value, scale: number, hasWhole: boolean): Value {
  let result = given;
  // The text of every number of digits that a fraction may have gets the zeros that it lacks, once: what is rewritten is marked.
  for (let digits = 0; digits <= scale; digits++) {
    const fraction = digits === 0 ? '(?:\\.0*)?' : `\\.(\\d{${digits - 1}}[1-9])0*`;
    const zeros = '0'.repeat(scale - digits);
    const end = scale === 0 ? '' : `.${digits === 0 ? '' : '\\2'}${zeros}`;
    result = replaceText(graph, result, trimmed(`\\+?0*(\\d+)${fraction}`), `=\\1${end}`);
    result = replaceText(graph, result, trimmed(`-0*(\\d+)${fraction}`), `=-\\1${end}`);
  }
  const signed = replaceText(graph, result, '^=-([0.]*)$', '=\\1');
  const whole = hasWhole ? signed : replaceText(graph, signed, '^=(-?)0\\.', '=\\1.');
  const rewritten = matchesText(graph, whole, '=-?\\d*(?:\\.\\d*)?');
  return select(graph, rewritten, replaceText(graph, whole, '^=', ''), given);
}

export function isTrue(graph: Graph, given: Value): Value {
  return matchesText(graph, given, trimmed('(?:[tT]|[tT][rR][uU][eE]|[yY]|[yY][eE][sS]|1)'));
}

export function isFalse(graph: Graph, given: Value): Value {
  return matchesText(graph, given, trimmed('(?:[fF]|[fF][aA][lL][sS][eE]|[nN]|[nN][oO]|0)'));
}
