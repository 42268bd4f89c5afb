import {
  type Epoch,
  epochMetricColumns,
  formatMetric,
  measuredModel,
  metricValue,
  type RunView,
  type Stage,
  STAGES,
} from '@trainyard/shared';
import { countTitle } from '@trainyard/shared/page/countTitle';
import { type Layout, paint, plain, truncate, wrap } from './layout.js';
import { amount, duration, whole } from './numbers.js';
import { warningLines } from './warnings.js';
import { type Column, fitColumns, tableRow } from './table.js';
import type { WatchState } from './watchState.js';

/**
 * The lines that tell what happened between two states, each once and for good: the run and its attempts, a line per
 * finished stage, a table row per finished epoch.
 */
export function happenings(before: WatchState, after: WatchState, layout: Layout): string[] {
  const { run } = after;
  if (!run) return [];
  const columns = epochColumns(run, layout.width);
  const stages = (names: readonly string[]) =>
    STAGES.filter((name) => names.includes(name)).flatMap((name) => {
      const stage = after.stages.get(name);
      return stage && isNews(before.stages.get(name), stage)
        ? [...stageLines(stage, layout), ...warningLines(stage.warnings, layout, '    ')]
        : [];
    });
  const rows = [...after.epochs.values()]
    .filter((row) => isNews(before.epochs.get(row.epoch), row))
    .toSorted((a, b) => a.epoch - b.epoch);
  const header = rows.length > 0 && before.epochs.size === 0;
  return [
    ...runLines(before.run, run, layout),
    ...stages(['ingest', 'validate', 'transform']),
    ...(header ? [paint(layout, 'dim', headerLine(columns))] : []),
    ...rows.map((row) => epochLine(columns, row)),
    ...stages(['train', 'evaluate', 'register']),
  ];
}

/** A newer attempt tells again what its checkpoint knows: the same numbers are no news. */
function isNews(known: Epoch | Stage | undefined, row: Epoch | Stage): boolean {
  if (!known) return true;
  return known.attempt < row.attempt && told(known) !== told(row);
}

function told({ attempt: _attempt, at: _at, ...content }: Epoch | Stage): string {
  return JSON.stringify(content);
}

function runLines(before: RunView | null, run: RunView, layout: Layout): string[] {
  const lines: string[] = [];
  if (!before) {
    const { name, runId } = run;
    lines.push(`${paint(layout, 'bold', plain(name))} ${paint(layout, 'dim', `(run ${runId})`)}`);
  }
  if (run.attempt > (before?.attempt ?? 1)) {
    const why = run.error ? `: ${run.error.message}` : '';
    const from = run.checkpoint ? `, continuing after epoch ${run.checkpoint.epoch}` : ', from the start';
    const text = `attempt ${run.attempt}${from}${why}`;
    lines.push(...wrap(text, layout.width, '  ').map((line) => paint(layout, 'yellow', line)));
  }
  if (run.status === 'cancelling' && before?.status !== 'cancelling')
    lines.push(paint(layout, 'yellow', '  cancel requested: waiting for the trainer to save and stop'));
  return lines;
}

/** Counts have one line; a sentence has two, for what it gives as the reason stands at its end. */
function stageLines({ stage, seconds, cacheHit, counts, detail }: Stage, layout: Layout): string[] {
  const summary =
    detail ||
    Object.entries(counts)
      .map(([name, value]) => `${countTitle(name)} ${amount(value)}`)
      .join(' · ');
  const facts = [cacheHit ? 'cached' : '', summary].filter((fact) => fact !== '').join(' · ');
  const head = `${stage.padEnd(10)} ${duration(seconds).padStart(12)}`;
  const width = layout.width - head.length - 6;
  const [first = '', ...others] = detail ? wrap(facts, width) : [plain(facts)];
  const lines = [first, ...(others.length > 0 ? [others.join(' ')] : [])].map((line) =>
    paint(layout, 'dim', truncate(line, width)),
  );
  const indent = ' '.repeat(head.length + 6);
  return lines.map((line, i) =>
    i === 0 ? `  ${paint(layout, 'green', '✓')} ${head}  ${line}` : indent + line,
  );
}

type EpochColumn = Column & { cell(row: Epoch): string };

function epochColumns({ spec }: RunView, width: number): EpochColumn[] {
  const columns: EpochColumn[] = [
    { title: 'epoch', cell: (row) => String(row.epoch) },
    ...epochMetricColumns(measuredModel(spec)).map((column) => ({
      ...column,
      cell: ({ metrics }: Epoch) => formatMetric(column.name, metricValue(metrics, column.name)),
    })),
    { title: 'examples/s', cell: (row) => whole(row.examplesPerSecond), dropOrder: 2 },
    { title: 'seconds', cell: (row) => row.seconds.toFixed(1), dropOrder: 1 },
  ];
  return fitColumns(columns, width);
}

function headerLine(columns: readonly EpochColumn[]): string {
  return tableRow(
    columns,
    columns.map((column) => column.title),
  );
}

function epochLine(columns: readonly EpochColumn[], row: Epoch): string {
  return tableRow(
    columns,
    columns.map((column) => column.cell(row)),
  );
}
