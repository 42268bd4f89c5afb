import {
  comparisonsOf,
  leadingMetric,
  type LeftOut,
  type MeasuredMetric,
  type MeasuredModel,
  measuredModel,
  METRICS,
  metricName,
  type Metrics,
  NOTHING_FOUND,
  type RunWarning,
} from '@trainyard/shared';
import type { EncodedDataset } from '../data/encodedDataset.js';
import { intervals } from './confidence/intervals.js';
import { changes } from './production/changes.js';
import type { Findings } from './findings.js';
import { importance } from './importance/importance.js';
import { type ListsOfUsers, notToldOfLists } from './lists/listsOfUsers.js';
import { type Evaluated, MODEL, type Part, type PartContext } from './part.js';
import { equalScoreWarnings } from './ranks/equalScores.js';
import { rowsProtocol } from './ranks/evaluationRows.js';
import { measuredRanks, uncountedRows, unseenValidation } from './retrieval/measured.js';
import type { Calibration } from '@trainyard/recommender/layers/calibration';
import { modelMetrics, ratedTest } from './ratings/rated.js';
import { ratingErrors } from './ratings/errors/ratingErrors.js';
import { yesOrNo } from './ratings/yesOrNo.js';
import { type RankedMethod, rankedSplit } from './retrieval/rankedSplit.js';
import { samples } from './samples/samples.js';
import { slices } from './slices/slices.js';
import { together } from './splitScorer.js';

/** What is found out beside the metrics, one after the other. */
const PARTS: readonly Part[] = [intervals, yesOrNo, ratingErrors, slices, importance, changes, samples];

export interface EvaluationOutcome {
  /** Of the test split, and how many rows of it count. */
  metrics: Metrics;
  /** Those that baselines have, by the baseline's name. */
  baselines: Record<string, Metrics>;
  /** What makes the metrics doubtful. */
  warnings: RunWarning[];
  /** What makes the predictions of a yes or no target probabilities; null where nothing does. */
  calibration: Calibration | null;
  /** [items, width] what the model makes of its catalogue, for whoever needs it next; null of a model that finds no items. */
  itemVectors: Float32Array | null;
  /** What there is to say of it beside its metrics, for `evaluation.json`. */
  findings: Findings;
}

/** The model and its baselines on the test split, by the same rows and the same definitions. */
export async function evaluateModel({
  between = async () => {},
  ...evaluated
}: Omit<Evaluated, 'between'> & Partial<Evaluated>): Promise<EvaluationOutcome> {
  const request = { ...evaluated, between };
  const { model, spec } = request;
  const retrieval = spec.model.type === 'ranking' ? null : await rankedSplit(request);
  const rated = await ratedTest(request);
  const ranked = retrieval?.ranked ?? null;
  const metrics = {
    ...together(retrieval?.metrics, rated && modelMetrics(rated), 'test', spec.model.lossWeights),
    [metricName(METRICS.rows, 'test')]: ranked?.rows.rowCount ?? rated?.actual.length ?? 0,
  };
  const methods = united([...(retrieval?.methods ?? []), ...(rated?.methods ?? [])]);
  const leading = leadingMetric(tellingModel(request), 'test') ?? null;
  const primaryMetric = leading !== null && metrics[leading] !== undefined ? leading : null;
  return {
    metrics,
    baselines: Object.fromEntries(methods.map((method) => [method.name, method.metrics])),
    warnings: ranked ? equalScoreWarnings(model, ranked, spec.evaluation.k) : [],
    itemVectors: ranked?.itemVectors ?? null,
    calibration: rated?.answers?.calibration ?? null,
    findings: await findingsOf(
      { ...request, metrics, methods, primaryMetric, ranked, rated },
      {
        methods,
        leftOut: saidOnce([...(retrieval?.leftOut ?? []), ...(rated?.leftOut ?? [])]),
        lists: retrieval?.lists ?? null,
      },
    ),
  };
}

/** What both finds items and predicts targets, as a hybrid in production does, is one method. */
function united(methods: readonly RankedMethod[]): RankedMethod[] {
  const byName = new Map<string, RankedMethod>();
  for (const { name, metrics, settings } of methods) {
    const known = byName.get(name);
    byName.set(name, {
      name,
      metrics: { ...known?.metrics, ...metrics },
      settings: { ...known?.settings, ...settings },
    });
  }
  return [...byName.values()];
}

function saidOnce(leftOut: readonly LeftOut[]): LeftOut[] {
  return [...new Map(leftOut.map((one) => [`${one.what}: ${one.why}`, one])).values()];
}

interface FoundBefore {
  methods: readonly RankedMethod[];
  leftOut: readonly LeftOut[];
  lists: ListsOfUsers | null;
}

/** Of a catalogue that fits into K, every method finds all: such K lead only where there are no others. */
function tellingModel({ spec, data }: Evaluated): MeasuredModel {
  const measured = measuredModel(spec);
  const k = measured.k.filter((one) => one < data.candidate.entities - 1);
  return k.length > 0 ? { ...measured, k } : measured;
}

async function findingsOf(context: PartContext, { methods, leftOut, lists }: FoundBefore): Promise<Findings> {
  const { data, spec, metrics, primaryMetric, ranked, rated } = context;
  const findings: Findings = {
    modelType: spec.model.type,
    primaryMetric,
    measured: ranked
      ? measuredRanks(data, ranked.rows, rowsProtocol(spec), spec.evaluation)
      : measuredRatings(data, rated),
    metrics: withoutIntervals(metrics),
    methods: methods.map(({ name, metrics: own, settings }) => ({
      name,
      metrics: withoutIntervals(own),
      settings,
    })),
    comparisons: comparisonsOf(metrics, methods, primaryMetric),
    leftOut: [
      ...(ranked ? uncountedRows(ranked.rows) : []),
      ...(lists ? notToldOfLists(lists) : []),
      ...unseenValidation(data, spec),
      ...leftOut,
    ],
    lists: lists ? [{ of: MODEL, users: lists.users, metrics: withoutIntervals(lists.metrics) }] : [],
    ...NOTHING_FOUND,
  };
  for (const part of PARTS) {
    const { leftOut: alsoLeftOut = [], ...found } = await part(context);
    Object.assign(findings, found);
    findings.leftOut.push(...alsoLeftOut);
  }
  return findings;
}

function measuredRatings(
  { splits, query, candidate }: EncodedDataset,
  rated: PartContext['rated'],
): Findings['measured'] {
  const queries = rated?.pairs.queries ?? new Int32Array(0);
  return {
    rows: queries.length,
    users: new Set(queries.map((entity) => query.ids[entity]!)).size,
    rowsOfSplit: splits.test.count,
    items: candidate.entities - 1,
    how: 'each test row that has a target and whose user and item occur in train',
  };
}

function withoutIntervals(metrics: Metrics): MeasuredMetric[] {
  return Object.entries(metrics).map(([name, value]) => ({ name, value, interval: null }));
}
