import {
  adviceOn,
  BUDGET_EXCEEDED,
  formatMetric,
  inDollars,
  measuredModel,
  methodTitle,
  METRICS,
  type MetricColumn,
  metricName,
  type Metrics,
  metricValue,
  protocolOf,
  resultMetricColumns,
  resultVerdict,
  type RunResult,
  type RunView,
  uncountedWords,
} from '@trainyard/shared';
import { fileURLToPath } from 'node:url';
import { type Layout, paint, plain, wrap } from './layout.js';
import { dollars, duration, whole } from './numbers.js';
import { warningLines } from './warnings.js';

/**
 * How the run ended: its result beside the baselines, or why there is none and what to do. `backendNote` says which
 * backend trained and why.
 */
export function outcome(run: RunView, layout: Layout, backendNote?: string): string[] {
  const took = (Date.parse(run.endedAt ?? run.updatedAt) - Date.parse(run.createdAt)) / 1000;
  switch (run.status) {
    case 'completed':
      return [
        '',
        paint(layout, 'green', `${plain(run.name)} completed in ${duration(took)}`),
        ...costLines(run, layout),
        ...externalLines(run, layout),
        ...warningLines(run.warnings, layout, '  '),
        ...resultLines(run, layout, backendNote),
      ];
    case 'failed':
      return [
        '',
        paint(layout, 'red', `${plain(run.name)} failed after ${duration(took)}`),
        ...costLines(run, layout),
        ...externalLines(run, layout),
        ...errorLines(run, layout),
        ...warningLines(run.warnings, layout, '  '),
      ];
    case 'cancelled':
      return [
        '',
        paint(layout, 'yellow', `${plain(run.name)} was cancelled after ${duration(took)}`),
        ...costLines(run, layout),
        ...externalLines(run, layout),
        ...cancelledLines(run, layout),
      ];
    default:
      return [];
  }
}

/** Of all attempts together, and of an epoch, which includes what the other stages cost. */
function costLines(run: RunView, layout: Layout): string[] {
  const { cost, currentEpoch } = run;
  if (!cost) return uncountedLines(run, layout);
  const perEpoch = currentEpoch > 0 ? `, ${dollars(cost.usd / currentEpoch)} an epoch` : '';
  return wrap(`it cost ${dollars(cost.usd)}${perEpoch}`, layout.width, '  ');
}

/** Of a run that had a limit, and ran where nothing is counted. */
function uncountedLines({ spec, job }: RunView, layout: Layout): string[] {
  const { maxUsd } = spec.compute;
  if (maxUsd === undefined || !job || job.usdPerHour !== null) return [];
  const ran = [job.tier];
  const words = uncountedWords(`compute.maxUsd (${inDollars(maxUsd)})`, { tiers: ran, uncounted: ran });
  return wrap(words, layout.width, '  ');
}

/** Not wrapped: an address that is parted is none. */
function externalLines({ external }: RunView, layout: Layout): string[] {
  return external ? [paint(layout, 'dim', `  MLflow ${plain(external.mlflowUrl)}`)] : [];
}

function errorLines(run: RunView, layout: Layout): string[] {
  const { error, attempt } = run;
  if (!error) return ['  the run says no reason'];
  const where = [error.stage ? `in ${error.stage}` : '', attempt > 1 ? `attempt ${attempt}` : '', error.code];
  return [
    paint(layout, 'dim', `  ${where.filter((part) => part !== '').join(', ')}`),
    ...error.message.split('\n').flatMap((line) => wrap(line, layout.width, '  ')),
    ...(error.remedy ? wrap(`what to do: ${error.remedy}`, layout.width, '  ') : []),
    ...dataLines(run, layout),
  ];
}

/** Of a run that its data have ended. */
function dataLines({ name, data, error }: RunView, layout: Layout): string[] {
  if (!data || error?.code !== 'expectation-violated') return [];
  return wrap(`what was found in its data: trainyard profile ${name}`, layout.width, '  ');
}

function cancelledLines(run: RunView, layout: Layout): string[] {
  // A run that was stopped for its cost says so.
  if (run.error?.code === BUDGET_EXCEEDED) return errorLines(run, layout);
  const trained =
    run.currentEpoch > 0
      ? `${run.currentEpoch} of ${run.totalEpochs} epochs were trained`
      : 'no epoch was finished';
  return wrap(trained, layout.width, '  ');
}

function resultLines(run: RunView, layout: Layout, backendNote: string | undefined): string[] {
  const { result } = run;
  if (!result) return [];
  const stopped =
    result.earlyStoppedAtEpoch === null ? '' : `, stopped early after ${result.earlyStoppedAtEpoch}`;
  const training =
    `${result.epochsTrained} epochs${stopped}, the best is ${result.bestEpoch}; ` +
    `${whole(result.examplesPerSecond)} examples/s`;
  return [
    ...verdictLines(resultVerdict(run, result), layout),
    ...wrap(training, layout.width, '  '),
    ...wrap(backendNote ?? `backend ${result.backend}`, layout.width, '  '),
    '',
    ...comparisonTables(run, result, layout),
    ...adviceOn(run).flatMap((text) => wrap(text, layout.width, '  ')),
    '',
    ...artifactLines(result, layout),
  ];
}

type Verdict = NonNullable<RunResult['verdict']>;

const VERDICT_STYLES = { ship: 'green', hold: 'red', unsure: 'yellow' } as const;

/** Whether to ship it, and why, before any figure. */
function verdictLines({ decision, sentence, reasons }: Verdict, layout: Layout): string[] {
  return [
    ...wrap(sentence, layout.width, '  ').map((line) => paint(layout, VERDICT_STYLES[decision], line)),
    ...reasons.flatMap((reason) => wrap(`- ${reason}`, layout.width, '  ')),
  ];
}

/** Of the users that training knows and, where the test split has others, of those. */
function comparisonTables(run: RunView, result: RunResult, layout: Layout): string[] {
  const measured = measuredModel(run.spec);
  const known = resultMetricColumns(measured, 'known');
  const cold = resultMetricColumns(measured, 'cold');
  const hasCold = cold.some(({ name }) => metricValue(result.metrics, name) !== undefined);
  const rowsName = metricName(METRICS.rows, 'test');
  const rows = result.metrics[rowsName];
  const counted =
    rows === undefined
      ? []
      : [paint(layout, 'dim', `  (${formatMetric(rowsName, rows)} rows${countedHow(run.spec)})`)];
  return [
    ...comparisonTable('on the test split', known, result, layout),
    ...counted,
    ...(hasCold ? comparisonTable('on its cold users', cold, withAny(cold, result), layout) : []),
  ];
}

/** Where the rows of lists are neither what figures are the mean of, nor those that predictions are measured on. */
function countedHow({ model, evaluation }: RunView['spec']): string {
  const perUser = protocolOf(evaluation).per === 'user' ? ', each user counts once' : '';
  return model.type === 'hybrid'
    ? ` in lists${perUser}; predictions: all with a target`
    : model.type === 'ranking'
      ? ''
      : perUser;
}

/** The result without the baselines that have none of the metrics, as those of ratings have none of cold users. */
function withAny(columns: readonly MetricColumn[], result: RunResult): RunResult {
  const baselines = Object.entries(result.baselines).filter(([, metrics]) =>
    columns.some(({ name }) => metricValue(metrics, name) !== undefined),
  );
  return { ...result, baselines: Object.fromEntries(baselines) };
}

/** Columns are so wide, or as wide as what stands in them and two blanks: figures in the units of the data may be long. */
const CELL = 12;
const spaced = (text: string) => text.length + 2;

/** The last columns that fit, which tell most; one at least. */
function lastThatFit<T>(columns: readonly T[], width: number, widthOf: (column: T) => number): T[] {
  let room = width;
  const from = columns.findLastIndex((column) => (room -= widthOf(column)) < 0);
  return columns.slice(Math.min(from + 1, columns.length - 1));
}

function comparisonTable(
  head: string,
  columns: readonly MetricColumn[],
  result: RunResult,
  layout: Layout,
): string[] {
  const label = Math.max(18, ...Object.keys(result.baselines).map((name) => baselineName(name).length));
  const methods = [result.metrics, ...Object.values(result.baselines)];
  const cell = ({ name }: MetricColumn, metrics: Metrics) => formatMetric(name, metricValue(metrics, name));
  const widthOf = (column: MetricColumn) =>
    Math.max(CELL, ...[column.title, ...methods.map((metrics) => cell(column, metrics))].map(spaced));
  const shown = lastThatFit(columns, layout.width - 2 - label, widthOf);
  const widths = shown.map(widthOf);
  const line = (title: string, cells: readonly string[]) =>
    `  ${title.padEnd(label)}${cells.map((text, i) => text.padStart(widths[i] ?? CELL)).join('')}`;
  const values = (metrics: Metrics) => shown.map((column) => cell(column, metrics));
  return [
    paint(
      layout,
      'dim',
      line(
        head,
        shown.map(({ title }) => title),
      ),
    ),
    paint(layout, 'bold', line('this model', values(result.metrics))),
    ...Object.entries(result.baselines).map(([name, metrics]) => line(baselineName(name), values(metrics))),
  ];
}

function baselineName(name: string): string {
  return plain(methodTitle(name));
}

function artifactLines({ artifacts }: RunResult, layout: Layout): string[] {
  const entries = Object.entries(artifacts);
  if (entries.length === 0) return [];
  // The report says what there is; whoever looks for a file finds it in the folder.
  const { report, query_model: model } = artifacts;
  const shown =
    report !== undefined && model !== undefined
      ? [['report', report] as const, ['model', model.replace(/\/query_model\/?$/, '')] as const]
      : entries;
  const width = Math.max(...shown.map(([name]) => name.length));
  return [
    '  artifacts',
    ...shown.map(([name, uri]) => `    ${paint(layout, 'dim', name.padEnd(width))}  ${plain(asPath(uri))}`),
  ];
}

/** A file of this machine by its path, all else by its URI. */
export function asPath(uri: string): string {
  return uri.startsWith('file://') ? fileURLToPath(uri) : uri;
}
