import type { Graph, Value } from '../../graph/graph.js';
import {
  add,
  asText,
  binary,
  both,
  cast,
  isFinite,
  joined,
  lengthOfText,
  matchesText,
  replaceText,
  scalar,
  select,
  text,
  textToNumber,
} from '../../graph/ops.js';
import { trimmed } from './text.js';

/** What JavaScript reads as a decimal number. */
const NUMBER = trimmed('[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?');
/** Its sign, the digits before and behind its point, and its exponent. */
const PARTS = trimmed('\\+?(-?)0*(\\d*)(?:\\.(\\d*))?(?:[eE]([+-]?\\d+))?');

/** float64 of texts; NaN for what is missing, no number or not finite, as the recommender's `numberOf` has it. */
export function numberOf(graph: Graph, given: Value): Value {
  const isNumber = matchesText(graph, given, NUMBER);
  const number = textToNumber(graph, shortened(graph, select(graph, isNumber, given, text(graph, '0'))));
  return select(graph, both(graph, isNumber, isFinite(graph, number)), number, scalar(graph, 'float64', NaN));
}

/** A request's number as a column of single precision holds it: infinite where it is too large for one. */
export function toSingle(graph: Graph, number: Value): Value {
  return cast(graph, cast(graph, number, 'float32'), 'float64');
}

/**
 * Texts of decimal numbers as texts of the same numbers with fewer than 32 signs: some releases of TensorFlow read no longer ones. Of
 * the digits the first twenty count.
 */
function shortened(graph: Graph, number: Value): Value {
  const part = (rewrite: string) => replaceText(graph, number, PARTS, rewrite);
  const digits = part('\\2\\3');
  const significant = replaceText(graph, digits, '^0+', '');
  const length = (of: Value) => lengthOfText(graph, of);
  const zeros = binary(graph, 'Sub', length(digits), length(significant));
  const written = replaceText(graph, part('0\\4'), '^0([+-])', '\\1');
  const exponent = textToNumber(graph, replaceText(graph, written, '^([+-]?)0*(\\d{1,4})\\d*$', '\\1\\2'));
  const power = add(graph, cast(graph, exponent, 'int32'), binary(graph, 'Sub', length(part('\\2')), zeros));
  return joined(graph, [
    part('\\1'),
    text(graph, '0.'),
    replaceText(graph, significant, '^(\\d{20})\\d+$', '\\1'),
    text(graph, '0e'),
    asText(graph, power),
  ]);
}
