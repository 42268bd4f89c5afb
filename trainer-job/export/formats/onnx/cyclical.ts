/** `cyclical` as operators, with the calendar that all of UTC's dates follow. */
import { assertNever } from '@trainyard/shared/common';
import type { FittedCyclical } from '@trainyard/recommender/encode/cyclical';
import type { CyclePeriod } from '@trainyard/shared/spec/features';
import { DATA_TYPES } from './onnxProto.js';
import { cast, where } from './ops.js';
import type { OnnxGraph, Value } from './onnxGraph.js';

const DAY = 86_400;
/** 1970-01-01 was a Thursday; a week begins on Monday. */
const FIRST_WEEKDAY = 3;
/** What a Date can hold. */
const LAST_SECOND = 8.64e12;

/** [rows] float64: sine and cosine for each period, and the indicator of a missing time where it is asked for. */
export function encodedTimes(
  graph: OnnxGraph,
  { periods, missingIndicator }: FittedCyclical,
  given: Value,
): Value[] {
  const isThere = graph.op('LessOrEqual', [graph.op('Abs', [given]), graph.doubles([LAST_SECOND])]);
  const seconds = where(graph, isThere, given, graph.doubles([0]));
  const month = periods.some((period) => period === 'day-of-month' || period === 'month-of-year')
    ? monthOf(graph, seconds)
    : undefined;
  const waves = periods.flatMap((period) => {
    const phase = phaseOf(graph, period, seconds, month);
    const angle = graph.op('Mul', [graph.doubles([2 * Math.PI]), phase]);
    // A cosine is a sine a quarter turn ahead: onnxruntime 1.16 has no cosine of doubles.
    const ahead = graph.op('Add', [angle, graph.doubles([Math.PI / 2])]);
    return [angle, ahead].map((turned) =>
      where(graph, isThere, graph.op('Sin', [turned]), graph.doubles([0])),
    );
  });
  const isMissing = () => cast(graph, graph.op('Not', [isThere]), DATA_TYPES.float64);
  return missingIndicator ? [...waves, isMissing()] : waves;
}

interface Month {
  /** 0 to 11. */
  month: Value;
  /** How much of it is over. */
  phase: Value;
}

function phaseOf(graph: OnnxGraph, period: CyclePeriod, seconds: Value, month: Month | undefined): Value {
  if (typeof period === 'number') return within(graph, seconds, period);
  switch (period) {
    case 'hour-of-day':
      return within(graph, seconds, DAY);
    case 'day-of-week':
      return within(graph, graph.op('Add', [seconds, graph.doubles([FIRST_WEEKDAY * DAY])]), 7 * DAY);
    case 'day-of-month':
      return month!.phase;
    case 'month-of-year':
      return graph.op('Div', [graph.op('Add', [month!.month, month!.phase]), graph.doubles([12])]);
    default:
      return assertNever(period);
  }
}

function within(graph: OnnxGraph, seconds: Value, period: number): Value {
  const turns = graph.op('Div', [seconds, graph.doubles([period])]);
  return graph.op('Sub', [turns, graph.op('Floor', [turns])]);
}

/**
 * Years that begin with March, so that a leap day is a year's last: Howard Hinnant, "chrono-compatible low-level date algorithms",
 * `civil_from_days`, in doubles, which hold all of these whole numbers.
 */
function monthOf(graph: OnnxGraph, seconds: Value): Month {
  const number = (value: number) => graph.doubles([value]);
  const add = (a: Value, b: number) => graph.op('Add', [a, number(b)]);
  const sub = (a: Value, b: Value) => graph.op('Sub', [a, b]);
  const mul = (a: Value, b: number) => graph.op('Mul', [a, number(b)]);
  const over = (a: Value, b: number) => graph.op('Floor', [graph.op('Div', [a, number(b)])]);
  const plus = (a: Value, b: Value) => graph.op('Add', [a, b]);

  const days = add(over(seconds, DAY), 719_468);
  const era = over(days, 146_097);
  const day = sub(days, mul(era, 146_097));
  const year = over(sub(plus(sub(day, over(day, 1460)), over(day, 36_524)), over(day, 146_096)), 365);
  const dayOfYear = sub(day, sub(plus(mul(year, 365), over(year, 4)), over(year, 100)));
  const fromMarch = over(add(mul(dayOfYear, 5), 2), 153);
  const startOf = (month: Value) => over(add(mul(month, 153), 2), 5);
  const start = startOf(fromMarch);

  const next = add(year, 1);
  const divides = (by: number) => graph.op('Equal', [sub(next, mul(over(next, by), by)), number(0)]);
  const isLeap = graph.op('Or', [
    graph.op('And', [divides(4), graph.op('Not', [divides(100)])]),
    divides(400),
  ]);
  const february = where(graph, isLeap, number(29), number(28));
  const isFebruary = graph.op('Equal', [fromMarch, number(11)]);
  const length = where(graph, isFebruary, february, sub(startOf(add(fromMarch, 1)), start));

  const sinceMidnight = sub(seconds, mul(over(seconds, DAY), DAY));
  const sinceFirst = plus(mul(sub(dayOfYear, start), DAY), sinceMidnight);
  const isOfThisYear = graph.op('Less', [fromMarch, number(10)]);
  return {
    month: where(graph, isOfThisYear, add(fromMarch, 2), add(fromMarch, -10)),
    phase: graph.op('Div', [sinceFirst, mul(length, DAY)]),
  };
}
