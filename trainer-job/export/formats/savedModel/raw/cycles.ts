import { assertNever } from '@trainyard/shared/common';
import type { CyclePeriod } from '@trainyard/shared/spec/features';
import type { Graph, Value } from '../../graph/graph.js';
import { add, binary, quotient, times, unary } from '../../graph/ops.js';
import { daysBefore, monthOf } from './time.js';

const DAY = 86_400;
/** 1970-01-01 was a Thursday; a week begins on Monday. */
const FIRST_WEEKDAY = 3;

/** Where times, seconds since 1970, stand in each period, in [0, 1). */
export function phasesOf(graph: Graph, periods: readonly CyclePeriod[], seconds: Value): Value[] {
  return periods.map((period) => phaseOf(graph, period, seconds));
}

function phaseOf(graph: Graph, period: CyclePeriod, seconds: Value): Value {
  if (typeof period === 'number') return within(graph, seconds, period);
  switch (period) {
    case 'hour-of-day':
      return within(graph, seconds, DAY);
    case 'day-of-week':
      return within(graph, add(graph, seconds, FIRST_WEEKDAY * DAY), 7 * DAY);
    case 'day-of-month':
      return phaseOfMonth(graph, seconds).phase;
    case 'month-of-year': {
      const { month, phase } = phaseOfMonth(graph, seconds);
      return binary(graph, 'RealDiv', add(graph, month, phase), 12);
    }
    default:
      return assertNever(period);
  }
}

function within(graph: Graph, seconds: Value, period: number): Value {
  const turns = quotient(graph, seconds, period);
  return binary(graph, 'Sub', turns, unary(graph, 'Floor', turns));
}

/** The month of times, 0 to 11, and how much of it is over. */
function phaseOfMonth(graph: Graph, seconds: Value): { month: Value; phase: Value } {
  const { year, month } = monthOf(graph, binary(graph, 'FloorDiv', seconds, DAY));
  const start = times(graph, daysBefore(graph, year, month), DAY);
  const end = times(graph, daysBefore(graph, year, add(graph, month, 1)), DAY);
  const over = binary(graph, 'Sub', seconds, start);
  return { month, phase: binary(graph, 'RealDiv', over, binary(graph, 'Sub', end, start)) };
}
