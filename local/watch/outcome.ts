import { adviceOn, BUDGET_EXCEEDED, type Metrics, type RunResult, type RunView } from '@trainyard/shared';
import { fileURLToPath } from 'node:url';
import { type Layout, paint, plain, wrap } from './layout.js';
import { comparison, dollars, duration, metric, whole } from './numbers.js';
import { ratingMeasures } from './ratingMeasures.js';

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
        ...resultLines(run, layout, backendNote),
      ];
    case 'failed':
      return [
        '',
        paint(layout, 'red', `${plain(run.name)} failed after ${duration(took)}`),
        ...costLines(run, layout),
        ...errorLines(run, layout),
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
    ...wrap(training, layout.width, '  '),
    ...wrap(backendNote ?? `backend ${result.backend}`, layout.width, '  '),
    '',
    ...comparisonTable(run, result, layout),
    ...verdicts(run, result).flatMap((text) => wrap(text, layout.width, '  ')),
    ...adviceOn(run).flatMap((text) => wrap(text, layout.width, '  ')),
    '',
    ...artifactLines(result, layout),
  ];
}

const BASELINE_NAMES: Readonly<Record<string, string>> = {
  popularity: 'popularity',
  history: 'own history',
  globalMean: 'mean of all',
  userItemMean: 'user and item mean',
};

function comparisonTable(run: RunView, result: RunResult, layout: Layout): string[] {
  const recalls = run.spec.model.type === 'ranking' ? [] : run.spec.evaluation.k;
  const names = [
    ...recalls.map((k) => ({ title: `recall@${k}`, name: `test_recall_at_${k}` })),
    ...ratingMeasures(result.metrics, 'test_'),
  ];
  const rows = result.metrics['test_rows'];
  const label = Math.max(18, ...Object.keys(result.baselines).map((name) => baselineName(name).length));
  const room = Math.max(1, Math.floor((layout.width - 2 - label) / 12));
  const shown = names.slice(-room);
  const line = (head: string, cells: readonly string[]) =>
    `  ${head.padEnd(label)}${cells.map((cell) => cell.padStart(12)).join('')}`;
  const values = (metrics: Metrics) => shown.map(({ name }) => metric(metrics[name]));
  return [
    paint(
      layout,
      'dim',
      line(
        'on the test split',
        shown.map(({ title }) => title),
      ),
    ),
    paint(layout, 'bold', line('this model', values(result.metrics))),
    ...Object.entries(result.baselines).map(([name, metrics]) => line(baselineName(name), values(metrics))),
    ...(rows === undefined ? [] : [paint(layout, 'dim', `  (${whole(rows)} rows)`)]),
  ];
}

/** Better or worse than each baseline, said as it is: at the largest K, and by how far ratings are off or in order. */
function verdicts(run: RunView, result: RunResult): string[] {
  return [
    ...(run.spec.model.type === 'ranking' ? [] : recallVerdicts(run, result)),
    ...(run.spec.model.type === 'retrieval' ? [] : ratingVerdicts(result)),
  ];
}

function ratingVerdicts({ metrics, baselines }: RunResult): string[] {
  const [measure] = ratingMeasures(metrics, 'test_');
  const own = measure && metrics[measure.name];
  if (!measure || own === undefined)
    return [
      'The test split has no row with a target whose user and item occur in train: nothing to compare.',
    ];
  const sentence = Object.entries(baselines).flatMap(([baseline, { [measure.name]: value }]) => {
    if (value === undefined) return [];
    const isBetter = measure.lowerIsBetter ? own < value : own > value;
    return [`${isBetter ? 'better' : 'not better'} than the ${baselineName(baseline)}`];
  });
  return sentence.length === 0 ? [] : [`By ${measure.title} the model is ${sentence.join(' and ')}.`];
}

function recallVerdicts(run: RunView, result: RunResult): string[] {
  const k = Math.max(...run.spec.evaluation.k);
  const name = `test_recall_at_${k}`;
  const own = result.metrics[name];
  if (own === undefined)
    return ['The test split has no row whose user and item occur in train: nothing to compare.'];
  const compared = Object.entries(result.baselines).flatMap(([baseline, metrics]) => {
    const value = metrics[name];
    return value === undefined ? [] : [{ baseline: baselineName(baseline), value }];
  });
  if (compared.length === 0) return [];
  const sentence = compared.map(
    ({ baseline, value }) =>
      `${comparison(own, value)}${own === value ? ' to' : own >= 3 * value && value > 0 ? ' as' : ' than'} ${baseline}`,
  );
  return [`By recall@${k} the model is ${sentence.join(' and ')}.`, ...lostTo(run, result)];
}

/** The baselines that are better at some K, and what could help where one is better at the largest. */
function lostTo(run: RunView, result: RunResult): string[] {
  const ks = run.spec.evaluation.k.toSorted((a, b) => a - b);
  const better = Object.entries(result.baselines).flatMap(([baseline, metrics]) => {
    const at = ks.filter(
      (k) => (metrics[`test_recall_at_${k}`] ?? 0) > (result.metrics[`test_recall_at_${k}`] ?? 0),
    );
    return at.length === 0 ? [] : [{ name: baselineName(baseline), at }];
  });
  const largest = Math.max(...ks);
  return [
    ...better.map(
      ({ name, at }) => `At ${at.map((k) => `recall@${k}`).join(', ')} ${name} is better than the model.`,
    ),
    ...(better.some(({ at }) => at.includes(largest))
      ? [
          'Serve what is better, or train more epochs, with another learning rate, wider embeddings or more features.',
        ]
      : []),
  ];
}

function baselineName(name: string): string {
  return BASELINE_NAMES[name] ?? plain(name);
}

function artifactLines({ artifacts }: RunResult, layout: Layout): string[] {
  const entries = Object.entries(artifacts);
  if (entries.length === 0) return [];
  const width = Math.max(...entries.map(([name]) => name.length));
  return [
    '  artifacts',
    ...entries.map(([name, uri]) => `    ${paint(layout, 'dim', name.padEnd(width))}  ${plain(asPath(uri))}`),
  ];
}

function asPath(uri: string): string {
  return uri.startsWith('file://') ? fileURLToPath(uri) : uri;
}
