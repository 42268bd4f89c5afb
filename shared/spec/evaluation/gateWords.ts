/** Gates in words, for reports, messages and errors. */
import { methodInWords } from '../../metrics/baselines.js';
import { isLowerBetter } from '../../metrics/direction.js';
import { metricTitle } from '../../metrics/display.js';
import type { GateInput, Margin } from './gate.js';

/** What a gate is on: `test recall@10 where city is Vienna`, `data psi of price`. */
export function gateTitle(gate: Pick<GateInput, 'metric' | 'slice' | 'column'>): string {
  return `${metricTitle(gate.metric)}${gateScope(gate)}`;
}

/** What stands behind the name of its metric. */
export function gateScope({ slice, column }: Pick<GateInput, 'slice' | 'column'>): string {
  const where = slice ? ` where ${slice.by} is ${slice.value}` : '';
  return `${column === undefined ? '' : ` of ${column}`}${where}`;
}

/** What a gate asks for: `at least 0.3, above popularity`. */
export function gateInWords(gate: GateInput): string {
  const { atLeast, atMost, onInterval } = gate;
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
    ...comparedNames(gate).map((name) => comparisonInWords(gate, name)),
  ].join(', ');
  return onInterval ? `${bounds} on the worse bound of the interval` : bounds;
}

/** `above popularity`, `above the version in production by at least 2 %`, `below the run shop#46 by at most 10`. */
export function comparisonInWords(gate: GateInput, against: string): string {
  return distanceInWords(gate, comparedInWords(gate, against));
}

/** What a gate compares with, within a sentence. */
export function comparedInWords({ aboveRun }: GateInput, against: string): string {
  const isRun = aboveRun !== undefined && runOf(aboveRun) === against;
  return isRun ? `the run ${against}` : methodInWords(against);
}

/** How far from the other a value has to be. */
export function distanceInWords({ metric, minImprovement, maxRegression }: GateInput, other: string): string {
  const [better, worse] = isLowerBetter(metric) ? ['below', 'above'] : ['above', 'below'];
  if (minImprovement !== undefined) return `${better} ${other} by at least ${marginInWords(minImprovement)}`;
  if (maxRegression !== undefined) return `${worse} ${other} by at most ${marginInWords(maxRegression)}`;
  return `${better} ${other}`;
}

function marginInWords(margin: Margin): string {
  return typeof margin === 'number' ? String(margin) : `${Number((100 * margin.share).toPrecision(6))} %`;
}

/** The names of what a gate compares its value with. */
export function comparedNames({ aboveBaseline, aboveProduction, aboveRun }: GateInput): string[] {
  return [
    ...(aboveBaseline === undefined ? [] : [aboveBaseline]),
    ...(aboveProduction === undefined ? [] : ['production']),
    ...(aboveRun === undefined ? [] : [runOf(aboveRun)]),
  ];
}

/** What a run that a gate compares with is called. */
export function runOf(aboveRun: NonNullable<GateInput['aboveRun']>): string {
  return typeof aboveRun === 'string' ? aboveRun : aboveRun.run;
}
