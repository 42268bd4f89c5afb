import type { Graph, Value } from '../../graph/graph.js';
import {
  both,
  isFinite,
  matchesText,
  replaceText,
  scalar,
  select,
  text,
  textToNumber,
} from '../../graph/ops.js';
import { trimmed } from './text.js';

/** What JavaScript reads as a decimal number. */
const NUMBER = trimmed('([+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)');

/** float64 of texts; NaN for what is missing, no number or not finite, as the recommender's `numberOf` has it. */
export function numberOf(graph: Graph, given: Value): Value {
  const isNumber = matchesText(graph, given, NUMBER);
  const digits = select(graph, isNumber, replaceText(graph, given, NUMBER, '\\1'), text(graph, '0'));
  const number = textToNumber(graph, digits);
  return select(graph, both(graph, isNumber, isFinite(graph, number)), number, scalar(graph, 'float64', NaN));
}
