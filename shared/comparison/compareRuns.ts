/** Puts runs beside each other: a function of what is known of them. */
import type { Metrics } from '../common.js';
import type { MeasuredMetric } from '../evaluation/measured.js';
import { runName } from '../ids.js';
import { measuredModel } from '../spec/evaluation/measuredModel.js';
import { DEFAULT_MONITOR } from '../metrics/availability.js';
import { leadingMetric } from '../metrics/columns.js';
import { isLowerBetter } from '../metrics/direction.js';
import { metricTitle } from '../metrics/display.js';
import { METRIC_SPLITS, type MetricSplit } from '../metrics/family.js';
import {
  canonicalMetricName,
  metricName,
  metricReader,
  metricSplit,
  parseMetricName,
} from '../metrics/names.js';
import { METRICS } from '../metrics/table.js';
import type { Epoch } from '../runs/records.js';
import type { Run } from '../runs/run.js';
import { flattened, type Flattened } from '../spec/flattened.js';
import { comparabilityOf, runNames } from './comparability.js';
import { differencesOf } from './differences.js';
import { MOST_POINTS, type ComparedMetric, type ComparedRun, type RunComparison } from './runComparison.js';
import { statisticsOf } from './statistics.js';

export interface Compared {
  run: Run;
  /** The metrics of its evaluation, where intervals are wanted; null where it has none. */
  evaluated?: readonly MeasuredMetric[] | null | undefined;
  /** Where curves are wanted. */
  epochs?: readonly Epoch[];
  /** The rows of each split, where they are wanted and known. */
  splitRows?: Readonly<Record<string, number>> | null;
}

export interface CompareOptions {
  /** One of the runs. */
  baselineRunId: string;
  /** All that any run has unless given. */
  metrics?: readonly string[] | undefined;
}

/** Takes two runs or more, each once. */
export function compareRuns(compared: readonly Compared[], options: CompareOptions): RunComparison {
  const runs = compared.map(({ run }) => run);
  const baseline = runs.find(({ runId }) => runId === options.baselineRunId);
  if (!baseline) throw new RangeError(`the baseline ${options.baselineRunId} is none of the runs`);
  const faces = runs.map(faceOf);
  const names = options.metrics?.map((name) => canonicalMetricName(name)) ?? allMetrics(runs, baseline);
  const metrics = [...new Set(names)].map((name) => comparedMetric(name, compared, runs.indexOf(baseline)));
  return {
    baselineRunId: baseline.runId,
    runs: faces,
    comparability: comparabilityOf(runs),
    metrics,
    notes: notesOf(compared, metrics),
    ...partsThatDiffer(compared),
    curves: curvesOf(compared, options.metrics && names, baseline),
  };
}

function faceOf(run: Run): ComparedRun {
  const { runId, modelId, status, requestedBy, createdAt, startedAt, endedAt, cost, result } = run;
  return {
    runId,
    modelId,
    name: runName(run),
    title: run.title,
    intent: run.intent,
    modelType: run.spec.model.type,
    status,
    requestedBy,
    createdAt,
    seconds:
      startedAt !== null && endedAt !== null ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : null,
    usd: cost?.usd ?? null,
    metricsOf: result ? 'result' : Object.keys(run.latestMetrics).length > 0 ? 'newestEpoch' : null,
  };
}

/** The result's where there is one. */
function metricsOf({ result, latestMetrics }: Run): Metrics {
  return result?.metrics ?? latestMetrics;
}

/** By splits: that of the result first, then validation and what training itself saw. Within one, in the order of the table. */
const SPLIT_ORDER: readonly MetricSplit[] = [
  'test',
  'validation',
  ...METRIC_SPLITS.filter((split) => split !== 'test' && split !== 'validation'),
];
const FAMILIES = Object.values(METRICS).map(({ name }) => name as string);

function allMetrics(runs: readonly Run[], baseline: Run): string[] {
  const written = new Set(runs.flatMap((run) => Object.keys(metricsOf(run))));
  const names = new Set([...written].map((name) => canonicalMetricName(name)));
  const primary = leadingMetric(measuredModel(baseline.spec), 'test');
  const placeOf = (name: string): number[] => {
    const parsed = parseMetricName(name);
    const family = parsed ? FAMILIES.indexOf(parsed.family.name) : FAMILIES.length;
    return [name === primary ? 0 : 1, SPLIT_ORDER.indexOf(metricSplit(name)), family, parsed?.k ?? 0];
  };
  return [...names]
    .map((name) => ({ name, place: placeOf(name) }))
    .toSorted(
      (a, b) =>
        a.place.map((at, i) => at - (b.place[i] ?? 0)).find((difference) => difference !== 0) ??
        (a.name < b.name ? -1 : 1),
    )
    .map(({ name }) => name);
}

function betterOf(name: string): ComparedMetric['better'] {
  const parsed = parseMetricName(name);
  return parsed ? parsed.family.better : isLowerBetter(name) ? 'lower' : 'higher';
}

function comparedMetric(name: string, compared: readonly Compared[], baselineAt: number): ComparedMetric {
  const valueIn = metricReader(name);
  const values = compared.map(({ run }) => valueIn(metricsOf(run)) ?? null);
  const reference = values[baselineAt] ?? null;
  const results = compared.flatMap(({ run }, i) => {
    const value = values[i] ?? null;
    return run.result === null || value === null ? [] : [{ runId: run.runId, value }];
  });
  const statistics = statisticsOf(results.map(({ value }) => value));
  const better = betterOf(name);
  const best = better === null ? undefined : better === 'lower' ? statistics?.min : statistics?.max;
  return {
    name,
    title: metricTitle(name),
    better,
    values,
    deltas: values.map((value) => (value === null || reference === null ? null : value - reference)),
    intervals: compared.some(({ evaluated }) => evaluated !== undefined)
      ? compared.map(({ evaluated }) => evaluated?.find((one) => one.name === name)?.interval ?? null)
      : null,
    count: results.length,
    lacking: values.filter((value) => value === null).length,
    mean: statistics?.mean ?? null,
    std: statistics?.std ?? null,
    min: statistics?.min ?? null,
    max: statistics?.max ?? null,
    bestRunIds: results.filter(({ value }) => value === best).map(({ runId }) => runId),
  };
}

function notesOf(compared: readonly Compared[], metrics: readonly ComparedMetric[]): string[] {
  const runs = compared.map(({ run }) => run);
  const unfinished = runs.filter((run) => !run.result && Object.keys(run.latestMetrics).length > 0);
  const empty = runs.filter((run) => !run.result && Object.keys(run.latestMetrics).length === 0);
  const lacking = metrics.filter((metric) => metric.lacking > 0);
  const unknown = compared.filter(({ run, evaluated }) => run.result && evaluated === null);
  const are = (count: number) => (count === 1 ? 'is' : 'are');
  return [
    ...unfinished.map(
      (run) =>
        `${runName(run)} is ${run.status}: its metrics are those of epoch ${run.currentEpoch}, and no part of mean, std, min, max and best.`,
    ),
    ...(empty.length > 0
      ? [
          `${runNames(empty)} ${empty.length === 1 ? 'has' : 'have'} no metrics: ${[...new Set(empty.map(({ status }) => status))].join(', ')}.`,
        ]
      : []),
    ...(lacking.length > 0
      ? [
          `${lacking.length} of ${metrics.length} metrics ${are(lacking.length)} lacking in some runs: ` +
            `${lacking.map(({ name, lacking: count }) => `${name} in ${count} of ${runs.length}`).join(', ')}.`,
        ]
      : []),
    ...(unknown.length > 0
      ? [`${runNames(unknown.map(({ run }) => run))}: no evaluation that can be read, so no intervals.`]
      : []),
  ];
}

function partsThatDiffer(
  compared: readonly Compared[],
): Pick<RunComparison, 'specification' | 'data' | 'environment' | 'code'> {
  // Runs of one specification are flattened once, as most of a search share most of it.
  const known = new Map<string, Flattened>();
  const specificationOf = ({ specDigest, spec }: Run): Flattened => {
    const found = known.get(specDigest) ?? flattened(spec);
    known.set(specDigest, found);
    return found;
  };
  const environments = compared.map(({ run: { environment } }) => {
    if (!environment) return { code: {}, rest: {} };
    const { code, seeds: _ofTheSpecification, ...rest } = environment;
    return { code: flattened(code), rest: flattened(rest) };
  });
  return {
    specification: differencesOf(compared.map(({ run }) => specificationOf(run))),
    data: differencesOf(
      compared.map(({ run, splitRows }) => ({
        ...flattened(run.data ?? {}),
        ...(splitRows ? flattened({ splitRows }) : {}),
      })),
    ),
    environment: differencesOf(environments.map(({ rest }) => rest)),
    code: differencesOf(environments.map(({ code }) => code)),
  };
}

function curvesOf(
  compared: readonly Compared[],
  asked: readonly string[] | undefined,
  baseline: Run,
): RunComparison['curves'] {
  if (compared.every(({ epochs }) => epochs === undefined)) return null;
  const leading = leadingMetric(measuredModel(baseline.spec), 'validation');
  const usual = [
    metricName(METRICS.loss, 'training'),
    DEFAULT_MONITOR,
    ...(leading === undefined ? [] : [leading]),
  ];
  const names = [...new Set(asked ?? usual)];
  return names.flatMap((name) => {
    const series = compared.map(({ epochs = [] }) => seriesOf(epochs, name));
    return series.every(({ points }) => points.length === 0)
      ? []
      : [{ name, better: betterOf(name), series }];
  });
}

function seriesOf(
  epochs: readonly Epoch[],
  name: string,
): { points: { epoch: number; value: number }[]; everyNth: number } {
  const valueIn = metricReader(name);
  const points = epochs.flatMap(({ epoch, metrics }) => {
    const value = valueIn(metrics);
    return value === undefined ? [] : [{ epoch, value }];
  });
  const everyNth = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  return {
    points: points.filter((_, i) => i % everyNth === 0 || i === points.length - 1),
    everyNth,
  };
}
