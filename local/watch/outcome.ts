import {
  adviceOn,
  BUDGET_EXCEEDED,
  comparedFamilies,
  formatMetric,
  isBetter,
  measuredModel,
  methodTitle,
  METRICS,
  type MetricColumn,
  type MetricFamily,
  metricName,
  type Metrics,
  metricTitle,
  metricValue,
  namesOf,
  resultMetricColumns,
  type RunResult,
  type RunView,
} from '@trainyard/shared';
import { fileURLToPath } from 'node:url';
import { type Layout, paint, plain, wrap } from './layout.js';
import { comparison, dollars, duration, whole } from './numbers.js';
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
        ...warningLines(run.warnings, layout, '  '),
        ...resultLines(run, layout, backendNote),
      ];
    case 'failed':
      return [
        '',
        paint(layout, 'red', `${plain(run.name)} failed after ${duration(took)}`),
        ...costLines(run, layout),
        ...errorLines(run, layout),
        ...warningLines(run.warnings, layout, '  '),
      ];
    case 'cancelled':
      return [
        '',
        paint(layout, 'yellow', `${plain(run.name)} was cancelled after ${duration(took)}`),
        ...costLines(run, layout),
        ...cancelledLines(run, layout),
      ];
    default:
      return [];
  }
}

/** Of all attempts together, and of an epoch, which includes what the other stages cost. */
function costLines({ cost, currentEpoch }: RunView, layout: Layout): string[] {
  if (!cost) return [];
  const perEpoch = currentEpoch > 0 ? `, ${dollars(cost.usd / currentEpoch)} an epoch` : '';
  return wrap(`it cost ${dollars(cost.usd)}${perEpoch}`, layout.width, '  ');
}

function errorLines({ error, attempt }: RunView, layout: Layout): string[] {
  if (!error) return ['  the run says no reason'];
  const where = [error.stage ? `in ${error.stage}` : '', attempt > 1 ? `attempt ${attempt}` : '', error.code];
  return [
    paint(layout, 'dim', `  ${where.filter((part) => part !== '').join(', ')}`),
    ...error.message.split('\n').flatMap((line) => wrap(line, layout.width, '  ')),
    ...(error.remedy ? wrap(`what to do: ${error.remedy}`, layout.width, '  ') : []),
  ];
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
    ...verdictLines(result, layout),
    ...wrap(training, layout.width, '  '),
    ...wrap(backendNote ?? `backend ${result.backend}`, layout.width, '  '),
    '',
    ...comparisonTables(run, result, layout),
    ...(result.verdict ? [] : verdicts(run, result).flatMap((text) => wrap(text, layout.width, '  '))),
    ...adviceOn(run).flatMap((text) => wrap(text, layout.width, '  ')),
    '',
    ...artifactLines(result, layout),
  ];
}

const VERDICT_STYLES = { ship: 'green', hold: 'red', unsure: 'yellow' } as const;

/** Whether to ship it, and why, before any figure; trainers of before say nothing of it. */
function verdictLines({ verdict }: RunResult, layout: Layout): string[] {
  if (!verdict) return [];
  const style = VERDICT_STYLES[verdict.decision];
  return [
    ...wrap(verdict.sentence, layout.width, '  ').map((line) => paint(layout, style, line)),
    ...verdict.reasons.flatMap((reason) => wrap(`- ${reason}`, layout.width, '  ')),
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
    rows === undefined ? [] : [paint(layout, 'dim', `  (${formatMetric(rowsName, rows)} rows)`)];
  return [
    ...comparisonTable('on the test split', known, result, layout),
    ...counted,
    ...(hasCold ? comparisonTable('on its cold users', cold, withAny(cold, result), layout) : []),
  ];
}

/** The result without the baselines that have none of the metrics, as those of ratings have none of cold users. */
function withAny(columns: readonly MetricColumn[], result: RunResult): RunResult {
  const baselines = Object.entries(result.baselines).filter(([, metrics]) =>
    columns.some(({ name }) => metricValue(metrics, name) !== undefined),
  );
  return { ...result, baselines: Object.fromEntries(baselines) };
}

function comparisonTable(
  head: string,
  columns: readonly MetricColumn[],
  result: RunResult,
  layout: Layout,
): string[] {
  const label = Math.max(18, ...Object.keys(result.baselines).map((name) => baselineName(name).length));
  const room = Math.max(1, Math.floor((layout.width - 2 - label) / 12));
  const shown = columns.slice(-room);
  const line = (title: string, cells: readonly string[]) =>
    `  ${title.padEnd(label)}${cells.map((cell) => cell.padStart(12)).join('')}`;
  const values = (metrics: Metrics) =>
    shown.map(({ name }) => formatMetric(name, metricValue(metrics, name)));
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

/** Better or worse than each baseline, said as it is: at the largest K, and by how far ratings are off or in order. */
function verdicts({ spec }: RunView, result: RunResult): string[] {
  const measured = measuredModel(spec);
  return [
    ...(spec.model.type === 'ranking'
      ? []
      : retrievalVerdicts(comparedFamilies(measured, 'retrieval'), measured.k, result)),
    ...(spec.model.type === 'retrieval' ? [] : ratingVerdicts(comparedFamilies(measured, 'rating'), result)),
  ];
}

/** By the first of the metrics that the result has. */
function ratingVerdicts(families: readonly MetricFamily[], { metrics, baselines }: RunResult): string[] {
  const name = families
    .flatMap((family) => namesOf(family, 'test', []))
    .find((one) => metrics[one] !== undefined);
  const own = name === undefined ? undefined : metrics[name];
  if (name === undefined || own === undefined)
    return [
      'The test split has no row with a target whose user and item occur in train: nothing to compare.',
    ];
  const sentence = Object.entries(baselines).flatMap(([baseline, { [name]: value }]) =>
    value === undefined
      ? []
      : [`${isBetter(name, own, value) ? 'better' : 'not better'} than the ${baselineName(baseline)}`],
  );
  return sentence.length === 0
    ? []
    : [`By ${metricTitle(name, 'test')} the model is ${sentence.join(' and ')}.`];
}

/** By the first of the metrics, at each K; what is said first is said at the largest. */
function retrievalVerdicts(
  [family]: readonly MetricFamily[],
  k: readonly number[],
  result: RunResult,
): string[] {
  if (!family) return [];
  const names = namesOf(
    family,
    'test',
    k.toSorted((a, b) => a - b),
  );
  const name = names.at(-1) ?? '';
  const own = result.metrics[name];
  if (own === undefined)
    return ['The test split has no row whose user and item occur in train: nothing to compare.'];
  const compared = Object.entries(result.baselines).flatMap(([baseline, metrics]) => {
    const value = metrics[name];
    return value === undefined ? [] : [{ baseline: baselineName(baseline), value }];
  });
  if (compared.length === 0) return [];
  const sentence = compared.map(({ baseline, value }) => comparison(own, value, baseline));
  return [
    `By ${metricTitle(name, 'test')} the model is ${sentence.join(' and ')}.`,
    ...lostTo(names, result),
  ];
}

/** The baselines that are better by some of the metrics, and what could help where one is better by the last. */
function lostTo(names: readonly string[], result: RunResult): string[] {
  const better = Object.entries(result.baselines).flatMap(([baseline, metrics]) => {
    const by = names.filter((name) => isBetter(name, metrics[name] ?? 0, result.metrics[name] ?? 0));
    return by.length === 0 ? [] : [{ baseline: baselineName(baseline), by }];
  });
  const last = names.at(-1) ?? '';
  return [
    ...better.map(
      ({ baseline, by }) =>
        `At ${by.map((name) => metricTitle(name, 'test')).join(', ')} ${baseline} is better than the model.`,
    ),
    ...(better.some(({ by }) => by.includes(last))
      ? [
          'Serve what is better, or train more epochs, with another learning rate, wider embeddings or more features.',
        ]
      : []),
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
