import {
  comparisonsOf,
  leadingMetric,
  type MeasuredMetric,
  measuredModel,
  METRICS,
  metricName,
  type Metrics,
  type RunWarning,
} from '@trainyard/shared';
import type { EncodedDataset } from '../data/encodedDataset.js';
import { scoreBaseline } from './baselines/retrievalBaselines.js';
import { equalScoreWarnings } from './ranks/equalScores.js';
import type { Findings } from './findings.js';
import type { Evaluated } from './part.js';
import { evaluationRows } from './ranks/evaluationRows.js';
import { metricsByBaseline, modelMetrics, ratedSplit } from './ratings/rated.js';
import { scoreColdUsers, scoreSplit } from './ranks/scoreSplit.js';
import { together } from './splitScorer.js';

export interface EvaluationOutcome {
  /** Of the test split, and how many rows of it count. */
  metrics: Metrics;
  /** Those that baselines have, by the baseline's name. */
  baselines: Record<string, Metrics>;
  /** What makes the metrics doubtful. */
  warnings: RunWarning[];
  /** What there is to say of it beside its metrics, for `evaluation.json`. */
  findings: Findings;
}

/** The model and its baselines on the test split, by the same rows and the same definitions. */
export async function evaluateModel({
  between = async () => {},
  ...evaluated
}: Omit<Evaluated, 'between'> & Partial<Evaluated>): Promise<EvaluationOutcome> {
  const request = { ...evaluated, between };
  const { model, data, spec } = request;
  const retrieval = spec.model.type === 'ranking' ? undefined : await retrievalOutcome(request);
  const rated = await ratedSplit(model, data, 'test', between);
  const all = {
    ...together(retrieval?.found, rated && modelMetrics(rated), 'test', spec.model.lossWeights),
    ...retrieval?.ofColdUsers,
    [metricName(METRICS.rows, 'test')]: retrieval?.rows ?? rated?.actual.length ?? 0,
  };
  const baselines = { ...retrieval?.baselines, ...(rated && metricsByBaseline(rated)) };
  return {
    metrics: all,
    baselines,
    warnings: retrieval ? equalScoreWarnings(model, evaluationRows(data, 'test')) : [],
    findings: findingsOf(request, all, baselines),
  };
}

function findingsOf(
  { data, spec }: Evaluated,
  metrics: Metrics,
  baselines: Record<string, Metrics>,
): Findings {
  const leading = leadingMetric(measuredModel(spec), 'test') ?? null;
  const primaryMetric = leading !== null && metrics[leading] !== undefined ? leading : null;
  const methods = Object.entries(baselines).map(([name, own]) => ({ name, metrics: own }));
  return {
    modelType: spec.model.type,
    primaryMetric,
    measured: measuredRows(data, metrics[metricName(METRICS.rows, 'test')] ?? 0),
    metrics: withoutIntervals(metrics),
    methods: methods.map(({ name, metrics: own }) => ({
      name,
      metrics: withoutIntervals(own),
      settings: {},
    })),
    comparisons: comparisonsOf(metrics, methods, primaryMetric),
    leftOut: [],
    lists: [],
    slices: [],
    ratingErrors: null,
    yesOrNo: null,
    importance: [],
    changes: null,
    samples: [],
  };
}

function measuredRows({ splits, query, candidate }: EncodedDataset, rows: number): Findings['measured'] {
  const users = new Set<number>();
  const { query: queries, item, count } = splits.test;
  for (let row = 0; row < count; row++) {
    const user = query.ids[queries[row]!]!;
    if (user !== 0 && item[row] !== 0) users.add(user);
  }
  return {
    rows,
    users: users.size,
    rowsOfSplit: count,
    items: candidate.entities - 1,
    how: 'each test row whose user and item occur in train, among all items of the catalogue',
  };
}

function withoutIntervals(metrics: Metrics): MeasuredMetric[] {
  return Object.entries(metrics).map(([name, value]) => ({ name, value, interval: null }));
}

interface RetrievalOutcome {
  rows: number;
  baselines: Record<string, Metrics>;
  /** By the model, of all rows that count and of those of users that train does not have. */
  found: Metrics;
  ofColdUsers: Metrics;
}

async function retrievalOutcome({ model, data, spec, between }: Evaluated): Promise<RetrievalOutcome> {
  const [rows, coldRows] = [evaluationRows(data, 'test'), evaluationRows(data, 'test', 'cold')];
  const { k } = spec.evaluation;
  const found = await scoreSplit(model, rows, k, 'test', { between });
  const ofColdUsers = await scoreColdUsers(model, coldRows, k, 'test', { between });
  const baselines: Record<string, Metrics> = {};
  for (const name of spec.evaluation.baselines) {
    baselines[name] = {
      ...scoreBaseline(name, data, rows, k, 'test'),
      ...scoreBaseline(name, data, coldRows, k, 'test', METRICS.coldUsersRecall),
    };
    await between();
  }
  return { rows: rows.rowCount, baselines, found, ofColdUsers };
}
