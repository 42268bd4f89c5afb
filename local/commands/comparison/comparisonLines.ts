/** A comparison of runs as a terminal shows it. */
import { formatMetric, resultMetrics, type ComparedMetric, type RunComparison } from '@trainyard/shared';
import { type Layout, paint, plain, truncate, wrap } from '../../watch/layout.js';
import { dollars, duration } from '../../watch/numbers.js';
import { curveLines } from './curveLines.js';
import { differenceLines } from './differenceLines.js';
import { type Cell, tableWidth, textTable } from './textTable.js';

export interface Shown {
  /** All metrics and all that differs, not what says most alone. */
  all: boolean;
  /** The metrics that were asked for are all shown. */
  areChosen: boolean;
}

export function comparisonLines(comparison: RunComparison, shown: Shown, layout: Layout): string[] {
  return [
    ...comparabilityLines(comparison, layout),
    '',
    ...textTable(runRows(comparison), layout),
    '',
    ...metricLines(comparison, shown, layout),
    ...curveLines(comparison, layout),
    ...differenceLines(comparison, shown.all, layout),
    ...(comparison.notes.length > 0 ? [''] : []),
    ...comparison.notes.flatMap((note) => wrap(note, layout.width, '  ')),
    // Whoever reads the end alone reads it too.
    ...(comparison.comparability.verdict === 'notComparable'
      ? ['', paint(layout, 'red', '  NOT COMPARABLE: see above')]
      : []),
  ];
}

function comparabilityLines({ comparability }: RunComparison, layout: Layout): string[] {
  const { verdict, reasons } = comparability;
  if (verdict === 'comparable') return [];
  const [style, headline] =
    verdict === 'notComparable'
      ? ([
          'red',
          'NOT COMPARABLE: the figures are not of the same rows, measured in the same way. A better one does not mean a better model.',
        ] as const)
      : (['yellow', 'It is not known whether the figures are of the same rows.'] as const);
  return [
    ...wrap(headline, layout.width).map((line) => paint(layout, style, line)),
    ...reasons.flatMap((reason) => wrap(reason, layout.width, '  ')),
  ];
}

function runRows({ runs, baselineRunId }: RunComparison): Cell[][] {
  return [
    ['run', 'title', 'status', 'took', 'cost', 'created (UTC)', 'id'].map((text) => ({
      text,
      style: 'dim' as const,
    })),
    ...runs.map((run) => [
      { text: `${plain(run.name)}${run.runId === baselineRunId ? ' (baseline)' : ''}` },
      { text: truncate(plain(run.title || '–'), 32) },
      { text: run.status },
      { text: run.seconds === null ? '–' : duration(run.seconds) },
      { text: run.usd === null ? '–' : dollars(run.usd) },
      { text: run.createdAt.slice(0, 16).replace('T', ' ') },
      { text: run.runId },
    ]),
  ];
}

function metricLines(comparison: RunComparison, { all, areChosen }: Shown, layout: Layout): string[] {
  const { metrics } = comparison;
  const main = new Set(resultMetrics(metrics.map(({ name }) => name)));
  const shown = all || areChosen || main.size === 0 ? metrics : metrics.filter(({ name }) => main.has(name));
  if (shown.length === 0) return [paint(layout, 'dim', '  no run has metrics yet')];
  const byMetric = [headOf(comparison), ...shown.flatMap((metric) => metricRows(metric, comparison))];
  const fits = tableWidth(byMetric) <= layout.width;
  const left = metrics.length - shown.length;
  const more =
    left > 0 ? [paint(layout, 'dim', `  ${left} more metrics: --all, or name them by --metrics`)] : [];
  return [
    ...(fits ? textTable(byMetric, layout) : runTable(shown, comparison, layout)),
    paint(layout, 'dim', '  * the best result of each metric'),
    ...more,
  ];
}

function headOf({ runs, baselineRunId }: RunComparison): Cell[] {
  const statistics = runs.length > 2 ? ['mean', 'std'] : [];
  return [
    { text: 'metric', style: 'dim' },
    ...runs.flatMap(({ name, runId }): Cell[] => [
      { text: plain(name), style: 'dim' },
      ...(runId === baselineRunId ? [] : [{ text: 'delta', style: 'dim' as const }]),
    ]),
    ...statistics.map((text) => ({ text, style: 'dim' as const })),
  ];
}

/** A row of values, and below it one of intervals where there are any. */
function metricRows(metric: ComparedMetric, { runs, baselineRunId }: RunComparison): Cell[][] {
  const { name, title, values, intervals, mean, std } = metric;
  const cellsOf = (perRun: (i: number) => [Cell, Cell]): Cell[] =>
    runs.flatMap(({ runId }, i) => perRun(i).slice(0, runId === baselineRunId ? 1 : 2));
  const row: Cell[] = [
    { text: title },
    ...cellsOf((i) => [valueCell(metric, runs[i]?.runId, values[i] ?? null), deltaCell(metric, i)]),
    ...(runs.length > 2 ? [{ text: valueText(name, mean) }, { text: valueText(name, std) }] : []),
  ];
  if (!intervals?.some((interval) => interval !== null)) return [row];
  const below: Cell[] = [
    { text: '  95 %', style: 'dim' },
    ...cellsOf((i) => {
      const interval = intervals[i];
      const text = interval
        ? `${formatMetric(name, interval.low)}–${formatMetric(name, interval.high)}`
        : '–';
      return [{ text, style: 'dim' }, { text: '' }];
    }),
  ];
  return [row, below];
}

function valueText(name: string, value: number | null): string {
  return formatMetric(name, value ?? undefined);
}

function valueCell(
  { name, bestRunIds }: ComparedMetric,
  runId: string | undefined,
  value: number | null,
): Cell {
  const isBest = runId !== undefined && bestRunIds.includes(runId);
  return isBest ? { text: `${valueText(name, value)}*`, style: 'bold' } : { text: valueText(name, value) };
}

/** Green where it is better than the baseline, red where it is worse. */
export function deltaCell({ name, better, deltas }: ComparedMetric, i: number): Cell {
  const delta = deltas[i] ?? null;
  if (delta === null) return { text: '–', style: 'dim' };
  const text = `${delta > 0 ? '+' : ''}${formatMetric(name, delta)}`;
  if (better === null || delta === 0) return { text, style: 'dim' };
  return { text, style: delta > 0 === (better === 'higher') ? 'green' : 'red' };
}

/** A row for each run, as many metrics as fit, and what they come to. */
function runTable(metrics: readonly ComparedMetric[], comparison: RunComparison, layout: Layout): string[] {
  let shown = metrics;
  while (shown.length > 1 && tableWidth(runTableRows(shown, comparison)) > layout.width)
    shown = shown.slice(0, -1);
  const left = metrics.slice(shown.length).map(({ title }) => title);
  return [
    ...textTable(runTableRows(shown, comparison), layout),
    ...(left.length > 0
      ? wrap(
          `no room for ${left.join(', ')}: name them by --metrics, or take --json`,
          layout.width,
          '  ',
        ).map((line) => paint(layout, 'dim', line))
      : []),
  ];
}

const STATISTICS = ['mean', 'std', 'min', 'max'] as const;

function runTableRows(metrics: readonly ComparedMetric[], { runs }: RunComparison): Cell[][] {
  const [first] = metrics;
  const deltas = (i: number): Cell[] => (first ? [deltaCell(first, i)] : []);
  return [
    [
      { text: 'run', style: 'dim' },
      ...metrics.flatMap(({ title }, at): Cell[] => [
        { text: title, style: 'dim' },
        ...(at === 0 ? [{ text: 'delta', style: 'dim' as const }] : []),
      ]),
    ],
    ...runs.map(({ name, runId }, i) => [
      { text: plain(name) },
      ...metrics.flatMap((metric, at) => [
        valueCell(metric, runId, metric.values[i] ?? null),
        ...(at === 0 ? deltas(i) : []),
      ]),
    ]),
    ...STATISTICS.map((statistic) => [
      { text: statistic, style: 'dim' as const },
      ...metrics.flatMap((metric, at) => [
        { text: valueText(metric.name, metric[statistic]), style: 'dim' as const },
        ...(at === 0 ? [{ text: '' }] : []),
      ]),
    ]),
  ];
}
