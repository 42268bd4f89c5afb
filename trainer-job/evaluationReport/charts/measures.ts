/** Charts of a metric by name: of methods, of slices, of features. A dot is a value, the line through it its interval. */
import { formatMetric, type Interval, metricTitle } from '@trainyard/shared';
import type { Chart, Plot } from './charts.js';
import { cut } from '@trainyard/shared/page/words';

export interface Mark {
  name: string;
  value: number;
  interval: Interval | null;
  /** The model's own has its colour. */
  isOwn: boolean;
}

interface Measures {
  /** The metric that all marks are of. */
  metric: string;
  label: string;
  /** A value to compare with, drawn through the whole chart. */
  reference?: { value: number; name: string };
  /** What the axis says; the metric's title unless given. */
  axis?: string;
  text?: (value: number) => string;
}

const NAME_CHARACTERS = 46;

/** In the order of the marks; names that are the same once they are cut share no row. */
export function dotChart(plot: Plot, marks: readonly Mark[], measures: Measures): Chart {
  const { metric, label, reference, axis = metricTitle(metric, 'test') } = measures;
  const text = measures.text ?? ((value: number) => formatMetric(metric, value));
  const data = marks.map((mark, i) => ({
    ...mark,
    row: i,
    color: mark.isOwn ? 'var(--model)' : 'var(--other)',
    low: mark.interval?.low ?? mark.value,
    high: mark.interval?.high ?? mark.value,
  }));
  const names = data.map(({ name }) => cut(name, NAME_CHARACTERS));
  const longest = Math.max(0, ...names.map((name) => name.length));
  return {
    label,
    options: {
      width: 900,
      height: 58 + 26 * data.length,
      marginLeft: 16 + 7 * longest,
      marginRight: 62,
      marginTop: reference ? 24 : 8,
      marginBottom: 40,
      x: { label: axis, grid: true, nice: true, labelArrow: 'none', labelAnchor: 'center' },
      y: {
        type: 'band',
        domain: data.map(({ row }) => row),
        label: null,
        tickSize: 0,
        tickFormat: (row: number) => names[row] ?? '',
      },
      marks: [
        ...(reference
          ? [
              plot.ruleX([reference.value], { stroke: 'var(--soft)', strokeDasharray: '4 3' }),
              plot.text([reference], {
                x: 'value',
                text: 'name',
                frameAnchor: 'top',
                dy: -18,
                fill: 'var(--soft)',
              }),
            ]
          : []),
        plot.link(data, { x1: 'low', x2: 'high', y1: 'row', y2: 'row', stroke: 'color', strokeWidth: 2.5 }),
        plot.dot(data, { x: 'value', y: 'row', r: 5, fill: 'color' }),
        plot.text(data, {
          x: 'high',
          y: 'row',
          text: (mark: Mark) => text(mark.value),
          textAnchor: 'start',
          dx: 10,
          fill: 'var(--ink)',
          // Lines that run through it would be read as digits.
          stroke: 'var(--card)',
          strokeWidth: 4,
        }),
      ],
    },
  };
}
