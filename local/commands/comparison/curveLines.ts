import { formatMetric, type RunComparison } from '@trainyard/shared';
import { type Layout, paint, plain } from '../../watch/layout.js';
import { type Cell, textTable } from './textTable.js';

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const MOST_BARS = 40;

/** A line of bars for each run, on one scale per metric; nothing where curves were not asked for. */
export function curveLines({ curves, runs }: RunComparison, layout: Layout): string[] {
  if (curves === null) return [];
  const lines = curves.flatMap(({ name, series }) => {
    const values = series.flatMap(({ points }) => points.map(({ value }) => value));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const longest = Math.max(...series.map(({ points }) => points.at(-1)?.epoch ?? 0));
    const rows: Cell[][] = series.map(({ points }, i) => [
      { text: plain(runs[i]?.name ?? '') },
      { text: barsOf(points, { low, high, longest }), style: 'cyan' },
      { text: formatMetric(name, points.at(-1)?.value) },
    ]);
    const scale = `${name} by epochs, ${formatMetric(name, low)} to ${formatMetric(name, high)}`;
    return ['', paint(layout, 'dim', `  ${scale}`), ...textTable(rows, layout)];
  });
  return lines.length > 0 ? lines : ['', paint(layout, 'dim', '  no epoch is finished yet')];
}

interface Scale {
  low: number;
  high: number;
  /** The last epoch of any run: curves that end before are shorter. */
  longest: number;
}

/** One bar an epoch, or the last value of several where there are more than fit. */
function barsOf(points: readonly { epoch: number; value: number }[], { low, high, longest }: Scale): string {
  const width = Math.min(MOST_BARS, longest);
  const bars = Array.from({ length: width }, () => ' ');
  for (const { epoch, value } of points) {
    const share = high > low ? (value - low) / (high - low) : 0;
    bars[Math.ceil((epoch / longest) * width) - 1] = BARS[Math.round(share * (BARS.length - 1))] ?? ' ';
  }
  return bars.join('');
}
