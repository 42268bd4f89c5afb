/** Whether a result passes its gates: the one judge, of the trainer's report and of the control plane. */
import { cutText } from '../cutText.js';
import { methodInWords } from '../metrics/baselines.js';
import type { Interval } from '../metrics/interval.js';
import { isLowerBetter } from '../metrics/direction.js';
import { canonicalMetricName, metricValue } from '../metrics/names.js';
import type { GateInput, Margin } from '../spec/evaluation/gate.js';
import { isFigureOf, PRODUCTION, type ComparedFigure, type GatedFigure } from './gatedFigure.js';
import type { GateResult } from './gateResult.js';
import { comparedInWords, distanceInWords, runOf } from '../spec/evaluation/gateWords.js';
import type { RunResult } from './reported.js';

/** What gates go by: the gated figures, and for what is not among them the metrics. */
export type JudgedResult = Pick<RunResult, 'metrics' | 'baselines'> & {
  figures?: readonly GatedFigure[] | undefined;
};

/** What one bound of a gate comes to. */
interface Judgement {
  passed: boolean;
  /** Why it is missed, or what is to be known of how it passed. */
  words?: string;
}

/** Each gate against the result, in the order of the specification. */
export function checkGates(gates: readonly GateInput[], result: JudgedResult): GateResult[] {
  return gates.map((gate) => {
    const figure = figureOf(gate, result);
    const judged = figure.value === null ? [lacking(figure)] : judgements(gate, figure, figure.value);
    const passed = judged.every((one) => one.passed);
    const told = [
      ...judged.filter((one) => one.passed === passed).flatMap(({ words }) => words ?? []),
      ...requestsInWords(figure),
    ];
    return {
      ...gate,
      onInterval: gate.onInterval ?? false,
      critical: gate.critical ?? true,
      value: figure.value,
      interval: figure.interval,
      passed,
      explanation: told.length === 0 ? null : cutText(told.join('; '), 1000),
    };
  });
}

/** The gates that keep a version from promotion. */
export function blockingGates<T extends Pick<GateResult, 'passed' | 'critical'>>(gates: readonly T[]): T[] {
  return gates.filter(({ passed, critical }) => !passed && critical);
}

/** The figure that a gate asks for; of trainers that send none, what the metrics of the result say. */
function figureOf(gate: GateInput, { metrics, baselines, figures = [] }: JudgedResult): GatedFigure {
  const { slice = null, column = null } = gate;
  const metric = canonicalMetricName(gate.metric);
  const known = figures.find((figure) => isFigureOf(figure, { ...gate, metric }));
  const ofAll = slice === null && column === null;
  // A figure without a value says why the metric of the result does not count.
  const value = known ? known.value : ((ofAll ? metricValue(metrics, metric) : undefined) ?? null);
  const others = [gate.aboveBaseline, ...(gate.aboveProduction ? [PRODUCTION] : [])].flatMap((name) =>
    name === undefined ? [] : [comparedWith(name, known, ofAll ? baselines : {}, metric)],
  );
  return {
    metric,
    slice,
    column,
    value,
    interval: known?.interval ?? null,
    worstColumn: known?.worstColumn,
    requests: known?.requests,
    others,
    why: value === null ? (known?.why ?? 'the result has no such metric') : null,
  };
}

function comparedWith(
  against: string,
  figure: GatedFigure | undefined,
  baselines: RunResult['baselines'],
  metric: string,
): ComparedFigure {
  const known = figure?.others.find((other) => other.against === against);
  const value = known?.value ?? metricValue(baselines[against] ?? {}, metric) ?? null;
  if (known && (known.value !== null || value === null)) return known;
  const why = value === null ? `${methodInWords(against)} has no value of it` : null;
  return { against, exists: true, value, differenceInterval: null, changeInterval: null, why };
}

function lacking({ why }: GatedFigure): Judgement {
  return { passed: false, words: `there is no value: ${why ?? 'it was not measured'}` };
}

/** Of fewer requests the 99th percentile is the slowest of them. */
const ENOUGH_REQUESTS = 100;

/** A latency of few requests is told as what it is: another try may say otherwise. */
function requestsInWords({ requests }: GatedFigure): string[] {
  if (requests === undefined) return [];
  const made = `it was measured by ${requests} request${requests === 1 ? '' : 's'}`;
  return [requests < ENOUGH_REQUESTS ? `${made}, and a higher TRAINYARD_LATENCY_MS makes more` : made];
}

function judgements(gate: GateInput, figure: GatedFigure, value: number): Judgement[] {
  const { atLeast, atMost, aboveRun } = gate;
  return [
    ...(atLeast === undefined ? [] : [bounded(gate, figure, value, atLeast, 'atLeast')]),
    ...(atMost === undefined ? [] : [bounded(gate, figure, value, atMost, 'atMost')]),
    ...figure.others.map((other) => compared(gate, figure, value, other)),
    ...(aboveRun === undefined ? [] : [comparedWithRun(gate, figure, value, aboveRun)]),
  ];
}

function bounded(
  { onInterval }: GateInput,
  figure: GatedFigure,
  value: number,
  bound: number,
  kind: 'atLeast' | 'atMost',
): Judgement {
  const { interval, worstColumn } = figure;
  if (onInterval && !interval) return NO_INTERVAL;
  const [low, high] = onInterval && interval ? [interval.low, interval.high] : [value, value];
  const passed = kind === 'atLeast' ? low >= bound : high <= bound;
  if (passed) return { passed, ...(worstColumn && { words: `the worst column is ${worstColumn}` }) };
  const [judged, side, words] = kind === 'atLeast' ? [low, 'below', 'lower'] : [high, 'above', 'upper'];
  const what = onInterval
    ? `the ${words} bound of its interval, ${digits(judged)},`
    : `${worstColumn ? `that of the column ${worstColumn}` : 'it'} is ${digits(judged)},`;
  return { passed, words: `${what} ${onInterval ? `is ${side}` : side} ${bound}` };
}

const NO_INTERVAL: Judgement = {
  passed: false,
  words: 'the bound of its interval has to pass, and no interval of it was computed',
};

function comparedWithRun(
  gate: GateInput,
  figure: GatedFigure,
  value: number,
  aboveRun: NonNullable<GateInput['aboveRun']>,
): Judgement {
  const against = runOf(aboveRun);
  if (typeof aboveRun === 'string')
    return { passed: false, words: `the value of the run ${against} was not read when this one was started` };
  // The other run has rows and users of its own, so that its value is taken as it is.
  const differenceInterval = figure.interval && {
    low: figure.interval.low - aboveRun.value,
    high: figure.interval.high - aboveRun.value,
  };
  const other = { against, exists: true, value: aboveRun.value, differenceInterval, changeInterval: null };
  return compared(gate, figure, value, { ...other, why: null });
}

function compared(gate: GateInput, figure: GatedFigure, value: number, other: ComparedFigure): Judgement {
  const { against } = other;
  if (!other.exists) return { passed: true, words: `no version was in production to compare it with` };
  if (other.value === null)
    return {
      passed: false,
      words: `there is nothing to compare it with: ${other.why ?? `${methodInWords(against)} was not measured`}`,
    };
  if (gate.onInterval && !other.differenceInterval) return NO_INTERVAL;
  const isEnough = improvesEnough(gate, value, other.value, gate.onInterval ? other : undefined);
  const { low, high } = other.differenceInterval ?? { low: 0, high: 0 };
  const [sure, bound] = gate.onInterval
    ? [` (the difference is ${digits(low)} to ${digits(high)})`, ' on the worse bound of the difference']
    : ['', ''];
  const its = `that of ${comparedInWords(gate, against)} is ${digits(other.value)}${sure}`;
  if (isEnough) return { passed: true, words: its };
  return {
    passed: false,
    words: `it is ${digits(value)} and ${its}; it must be ${distanceInWords({ ...gate, metric: figure.metric }, 'that')}${bound}`,
  };
}

/** Differences that stand for the same number of decimals are off by as much. */
const ROUNDING = 1e-12;

/** Whether a value is as much better than another as the gate asks; by the worse bound of the difference where one is given. */
function improvesEnough(
  { metric, minImprovement, maxRegression }: GateInput,
  value: number,
  other: number,
  sure?: { differenceInterval: Interval | null; changeInterval: Interval | null },
): boolean {
  const sign = isLowerBetter(metric) ? -1 : 1;
  const worse = ({ low, high }: Interval) => Math.min(sign * low, sign * high);
  const difference = sure?.differenceInterval ? worse(sure.differenceInterval) : sign * (value - other);
  const margin: Margin | undefined = minImprovement ?? maxRegression;
  if (margin === undefined) return difference > 0;
  const direction = minImprovement === undefined ? -1 : 1;
  const slack = ROUNDING * Math.max(Math.abs(value), Math.abs(other));
  if (typeof margin === 'number') return difference >= direction * margin - slack;
  // Of nothing there is no share: any improvement is more than each of them, and any regression too.
  if (other === 0) return direction * margin.share > 0 ? difference > 0 : difference >= 0;
  const change = sure?.changeInterval ? worse(sure.changeInterval) : difference / Math.abs(other);
  return change >= direction * margin.share - slack / Math.abs(other);
}

/** With as many digits as tell it from a bound nearby. */
function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}
