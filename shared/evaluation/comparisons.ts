/** A result beside other methods, and the verdict that follows. Functions of the figures alone. */
import type { Metrics } from '../common.js';
import { isBetter, isLowerBetter } from '../metrics/direction.js';
import { formatMetric, metricTitle } from '../metrics/display.js';
import type { GateResult } from '../runs/gateResult.js';
import type { Comparison } from './comparison.js';
import type { Verdict } from './verdict.js';

/** Every method by every metric that both have, the primary metric first, and by it the best method first. */
export function comparisonsOf(
  metrics: Metrics,
  methods: readonly { name: string; metrics: Metrics }[],
  primaryMetric: string | null,
): Comparison[] {
  const entries = Object.entries(metrics).toSorted(
    ([a], [b]) => Number(b === primaryMetric) - Number(a === primaryMetric),
  );
  return entries.flatMap(([metric, value]) =>
    methods
      .flatMap(({ name, metrics: others }) => {
        const other = others[metric];
        return other === undefined ? [] : [comparisonOf(name, metric, value, other)];
      })
      .toSorted((a, b) => (a.other === b.other ? 0 : isBetter(metric, a.other, b.other) ? -1 : 1)),
  );
}

function comparisonOf(against: string, metric: string, value: number, other: number): Comparison {
  const difference = value - other;
  return {
    against,
    metric,
    value,
    other,
    difference,
    differenceInterval: null,
    change: other === 0 ? null : difference / Math.abs(other),
    changeInterval: null,
  };
}

/** What a verdict goes by. */
export interface Judged {
  primaryMetric: string | null;
  comparisons: readonly Comparison[];
  gates: readonly GateResult[];
}

/** Against the best of the other methods by the primary metric; where an interval was computed it must lie wholly on one side. */
export function verdictOf({ primaryMetric, comparisons, gates }: Judged): Verdict {
  const missed = gates.filter(({ passed }) => !passed);
  const best = comparisons.find(({ metric }) => metric === primaryMetric);
  const title = primaryMetric === null ? '' : metricTitle(primaryMetric, 'test');
  const reasons = missed.map(
    ({ metric, value }) =>
      `the gate on ${metricTitle(metric)} is missed: it is ${formatMetric(metric, value ?? undefined)}`,
  );
  if (primaryMetric === null)
    return { decision: 'unsure', sentence: 'Nobody can tell yet: no test row could be measured.', reasons };
  if (missed.length > 0)
    return { decision: 'hold', sentence: `Do not ship it: ${reasons[0]}.`, reasons: reasons.slice(1) };
  if (!best)
    return {
      decision: 'unsure',
      sentence: `Nobody can tell yet: ${title} was compared with no other method.`,
      reasons,
    };
  const side = sideOf(best);
  const how = `${title} is ${changeInWords(best)} that of ${best.against}, the best other method`;
  if (side === 'better') return { decision: 'ship', sentence: `Ship it: ${how}.`, reasons };
  if (side === 'worse') return { decision: 'hold', sentence: `Do not ship it: ${how}.`, reasons };
  return { decision: 'unsure', sentence: `Too close to call: ${how}.`, reasons };
}

function sideOf({ metric, difference, differenceInterval }: Comparison): 'better' | 'worse' | 'neither' {
  const sign = isLowerBetter(metric) ? -1 : 1;
  const { low, high } = differenceInterval ?? { low: difference, high: difference };
  if (Math.min(sign * low, sign * high) > 0) return 'better';
  return Math.max(sign * low, sign * high) < 0 ? 'worse' : 'neither';
}

/** `8.3 % above (95 %: 6.9 to 9.8)`. */
function changeInWords({ difference, change, changeInterval, metric }: Comparison): string {
  const direction = difference < 0 ? 'below' : 'above';
  if (difference === 0) return 'the same as';
  if (change === null) return `${formatMetric(metric, Math.abs(difference))} ${direction}`;
  const percent = (share: number) => (100 * Math.abs(share)).toFixed(1);
  const bounds = changeInterval
    ? ` (95 %: ${(100 * changeInterval.low).toFixed(1)} to ${(100 * changeInterval.high).toFixed(1)})`
    : '';
  return `${percent(change)} %${bounds} ${direction}`;
}
