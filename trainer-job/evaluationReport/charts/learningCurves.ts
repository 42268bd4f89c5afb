import {
  type EvaluationReport,
  formatMetric,
  isLowerBetter,
  metricSplit,
  metricTitle,
  parseMetricName,
} from '@trainyard/shared';
import type { Chart, Plot } from './charts.js';

/** A curve of thousands of epochs looks the same by so many of them. */
const MOST_POINTS = 400;
const MOST_CURVES = 6;
const INKS = ['var(--model)', 'var(--loss)', 'var(--good)', 'var(--warn)', 'var(--other)', 'var(--bad)'];

interface Point {
  epoch: number;
  value: number;
  curve: string;
}

/** One chart of what is better low, such as losses, one of what is better high; none of a run without epochs. */
export function learningCurves(plot: Plot, report: Pick<EvaluationReport, 'history' | 'bestEpoch'>): Chart[] {
  const names = [...new Set(report.history.flatMap(({ metrics }) => Object.keys(metrics)))].filter(
    (name) => parseMetricName(name)?.family.columns.includes('epochs') ?? true,
  );
  const groups = [
    { title: 'loss and errors, less is better', names: names.filter((name) => isLowerBetter(name)) },
    { title: 'metrics of which more is better', names: names.filter((name) => !isLowerBetter(name)) },
  ];
  return groups.flatMap((group) => {
    const curves = shownCurves(group.names);
    const points = pointsOf(report.history, curves);
    return points.length === 0 ? [] : [curveChart(plot, { title: group.title, curves, points }, report)];
  });
}

/** Of many K the largest say most. */
function shownCurves(names: readonly string[]): string[] {
  const k = (name: string) => parseMetricName(name)?.k ?? 0;
  return names
    .toSorted((a, b) => k(b) - k(a))
    .slice(0, MOST_CURVES)
    .toSorted((a, b) => names.indexOf(a) - names.indexOf(b));
}

function pointsOf(history: EvaluationReport['history'], curves: readonly string[]): Point[] {
  const step = Math.ceil(history.length / MOST_POINTS);
  const thinned = history.filter((_epoch, i) => i % step === 0 || i === history.length - 1);
  return curves.flatMap((name) =>
    thinned.flatMap(({ epoch, metrics: { [name]: value } }) =>
      value === undefined ? [] : [{ epoch, value, curve: titleOf(name) }],
    ),
  );
}

function titleOf(name: string): string {
  const title = metricTitle(name);
  return metricSplit(name) === 'training' && isLowerBetter(name) ? `${title} of training` : title;
}

function curveChart(
  plot: Plot,
  { title, curves, points }: { title: string; curves: readonly string[]; points: readonly Point[] },
  { bestEpoch }: Pick<EvaluationReport, 'bestEpoch'>,
): Chart {
  const domain = curves.map(titleOf);
  const color = (point: Point) => INKS[domain.indexOf(point.curve)] ?? 'var(--ink)';
  const ends = domain.flatMap((curve) => points.filter((point) => point.curve === curve).slice(-1));
  const inks = points.map((point) => ({ ...point, color: color(point) }));
  const [from, to] = [
    Math.min(...points.map(({ epoch }) => epoch)),
    Math.max(...points.map(({ epoch }) => epoch)),
  ];
  const summary = ends.map(
    ({ curve, value }, i) => `${curve} ends at ${formatMetric(curves[i] ?? '', value)}`,
  );
  return {
    label: `${title}, by epoch: ${summary.join(', ')}; the best epoch is ${bestEpoch}`,
    options: {
      width: 480,
      height: 260,
      marginLeft: 52,
      marginRight: 118,
      marginBottom: 40,
      x: {
        label: 'epoch',
        labelArrow: 'none',
        labelAnchor: 'center',
        domain: [from, to === from ? from + 1 : to],
        ticks: Math.min(10, to - from + 1),
        tickFormat: (epoch: number) => (Number.isInteger(epoch) ? String(epoch) : ''),
      },
      y: { label: title, labelArrow: 'none', grid: true, nice: true },
      marks: [
        ...(bestEpoch >= from
          ? [plot.ruleX([bestEpoch], { stroke: 'var(--soft)', strokeDasharray: '4 3' })]
          : []),
        plot.line(inks, { x: 'epoch', y: 'value', z: 'curve', stroke: 'color', strokeWidth: 2 }),
        plot.dot(inks.length <= 120 ? inks : ends.map((end) => ({ ...end, color: color(end) })), {
          x: 'epoch',
          y: 'value',
          fill: 'color',
          r: 2.5,
        }),
        plot.text(
          spread(ends).map((end) => ({ ...end, color: color(end) })),
          {
            x: 'epoch',
            y: 'value',
            text: 'curve',
            fill: 'color',
            textAnchor: 'start',
            dx: 8,
          },
        ),
      ],
    },
  };

  /** Names at the ends of curves, moved apart where they would lie on one another. */
  function spread(named: readonly Point[]): Point[] {
    const values = points.map(({ value }) => value);
    const gap = 0.065 * (Math.max(...values) - Math.min(...values));
    let last = -Infinity;
    return named
      .toSorted((a, b) => a.value - b.value)
      .map((point) => {
        last = Math.max(point.value, last + gap);
        return { ...point, value: last };
      });
  }
}
