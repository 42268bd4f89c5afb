/** The verdict that follows from a result beside other methods and from its gates. Functions of the figures alone. */
import { cutText } from '../cutText.js';
import { methodInWords } from '../metrics/baselines.js';
import { isLowerBetter } from '../metrics/direction.js';
import { formatMetric, metricTitle } from '../metrics/display.js';
import { isOfRanks, parseMetricName } from '../metrics/names.js';
import { METRICS } from '../metrics/table.js';
import type { GateResult } from '../runs/gateResult.js';
import { blockingGates } from '../runs/gates.js';
import { gateTitle } from '../spec/evaluation/gateWords.js';
import type { Comparison } from './comparison.js';
import { MIN_USERS } from './measured.js';
import type { Verdict } from '../runs/verdict.js';

/** What a verdict goes by. */
export interface Judged {
  primaryMetric: string | null;
  /** By the primary metric, the best method first. */
  comparisons: readonly Comparison[];
  gates: readonly GateResult[];
  /** Of how many users and rows the figures are; many unless given. */
  measured?: { users: number; rows?: number };
  /** Those of the test split; of a hybrid they may be of its predictions alone. */
  metrics?: readonly { name: string }[];
  /** Why there is no primary metric; what was measured tells it unless given. */
  whyNoPrimary?: string;
  /** Whether it is of a quick test: a sample tells whether something works at all, not that it is to be shipped. */
  isQuickTest?: boolean;
  /** Of so many test rows that were looked at, in how many other items share the score of the row's item; few unless given. */
  equalScores?: { looked: number; equal: number } | undefined;
}

/**
 * Against every other method by the primary metric; where an interval was computed it must lie wholly on one side. To lose to
 * one is said before all else, then a missed critical gate. To be shipped, a model must be better than each of them.
 */
export function verdictOf(judged: Judged): Verdict {
  const verdict = ofQuickTest(judged, decided(judged));
  const noted = judged.gates.filter(({ passed, critical }) => !passed && !critical);
  return { ...verdict, reasons: [...verdict.reasons, ...noted.map(gateReason)] };
}

/** What loses in the small is not shipped either; what wins there is to be trained on everything first. */
function ofQuickTest({ isQuickTest = false }: Judged, verdict: Verdict): Verdict {
  if (!isQuickTest || verdict.decision !== 'ship') return verdict;
  const { sentence, reasons } = verdict;
  const told = sentence.replace(/^Ship it: /, '').replace(/\.$/, '');
  return unsure('a quick test is of a sample, and the whole is to be trained first', [told, ...reasons]);
}

function decided(judged: Judged): Verdict {
  const { primaryMetric, comparisons, gates, measured, equalScores } = judged;
  if (primaryMetric === null)
    return unsure(judged.whyNoPrimary ?? whyWithoutValue(judged), missedGates(gates));
  const all = comparisons.filter(({ metric }) => metric === primaryMetric);
  const [best] = all;
  const said = (comparison: Comparison) => inWords(comparison, comparison === best);
  const isToldByUsers = measured === undefined || measured.users >= MIN_USERS;
  const worse = isToldByUsers ? all.filter((one) => sideOf(one) === 'worse') : [];
  const against = [...worse.map(said), ...missedGates(gates)];
  const [first, ...others] = against;
  if (first !== undefined)
    return { decision: 'hold', sentence: `Do not ship it: ${first}.`, reasons: others };
  if (!best) return unsure(`${metricTitle(primaryMetric, 'test')} was compared with no other method`);
  if (!isToldByUsers) {
    const why = `only ${measured.users} test user${measured.users === 1 ? ' was' : 's were'} measured`;
    return unsure(why, [said(best)]);
  }
  if (equalScores && isOfRanks(primaryMetric)) return unsure(alikeInWords(equalScores), [said(best)]);
  const undecided = all.find((one) => sideOf(one) === 'neither');
  if (undecided)
    return { decision: 'unsure', sentence: `Too close to call: ${said(undecided)}.`, reasons: [] };
  const production = all.find((one) => one.against === PRODUCTION && one !== best);
  return {
    decision: 'ship',
    sentence: `Ship it: ${said(best)}.`,
    reasons: [
      ...(production ? [said(production)] : []),
      ...(measured && !best.differenceInterval ? ['no interval says how sure that is'] : []),
    ],
  };
}

/** A rank counts what scores higher alone, so that a model which tells no items apart has the best ranks that there are. */
function alikeInWords({ looked, equal }: NonNullable<Judged['equalScores']>): string {
  return `${equal} of ${looked} test rows have an item whose score other items share, and count as if it came before all of these`;
}

/**
 * A metric may have no value though rows were measured: an area under the curve has none where all targets are alike, and a hybrid's
 * rows may have targets to predict while none counts for retrieval.
 */
function whyWithoutValue({ measured, metrics = [] }: Judged): string {
  if ((measured?.rows ?? 0) > 0) return 'the primary metric has no value on the test rows that were measured';
  const predicted = metrics.filter(({ name }) => parseMetricName(name)?.family !== METRICS.rows);
  if (predicted.length === 0) return 'no test row could be measured';
  return 'no test row counts for retrieval, and only the predictions of the target were measured';
}

/** The method that is the version that serves. */
const PRODUCTION = 'production';

function unsure(why: string, reasons: string[] = []): Verdict {
  return { decision: 'unsure', sentence: `Nobody can tell yet: ${why}.`, reasons };
}

function missedGates(gates: readonly GateResult[]): string[] {
  return blockingGates(gates).map(gateReason);
}

/** `the gate on test recall@10 is missed: it is 0.208, below 0.3`. */
export function gateReason(gate: GateResult): string {
  const { metric, value, explanation, critical } = gate;
  const why = explanation ?? `it is ${formatMetric(metric, value ?? undefined)}`;
  const weight = critical ? '' : ', which is not critical,';
  return cutText(`the gate on ${gateTitle(gate)}${weight} is missed: ${why}`, 480);
}

function inWords(comparison: Comparison, isBest: boolean): string {
  const { metric, against } = comparison;
  const title = isBest ? ', the best other method' : '';
  return `${metricTitle(metric, 'test')} is ${changeInWords(comparison)} that of ${methodInWords(against)}${title}`;
}

function sideOf({ metric, difference, differenceInterval }: Comparison): 'better' | 'worse' | 'neither' {
  const sign = isLowerBetter(metric) ? -1 : 1;
  const { low, high } = differenceInterval ?? { low: difference, high: difference };
  if (Math.min(sign * low, sign * high) > 0) return 'better';
  return Math.max(sign * low, sign * high) < 0 ? 'worse' : 'neither';
}

/**
 * `8.3 % (95 %: 6.9 to 9.8) above`: how far, in the direction that is said, so that a bound on the other side is below 0. Of what
 * is 0 or less, as R² is of a mere mean, a share says nothing, and the difference itself is told.
 */
function changeInWords({ difference, change, metric, other, ...intervals }: Comparison): string {
  if (difference === 0) return 'the same as';
  const isShare = change !== null && other > 0;
  const interval = isShare ? intervals.changeInterval : intervals.differenceInterval;
  const figure = (value: number) => (isShare ? (100 * value).toFixed(1) : formatMetric(metric, value));
  const { low, high } = interval ?? { low: 0, high: 0 };
  const [from, to] = difference < 0 ? [-high, -low] : [low, high];
  const bounds = interval ? ` (95 %: ${figure(from)} to ${figure(to)})` : '';
  const size = isShare ? `${figure(Math.abs(change))} %` : figure(Math.abs(difference));
  return `${size}${bounds} ${difference < 0 ? 'below' : 'above'}`;
}
