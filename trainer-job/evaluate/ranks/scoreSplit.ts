import { METRICS, metricName, type Metrics, type MetricSplit, type TrainingSpec } from '@trainyard/shared';
import { scoreCapacity } from '../../model/scoreCapacity.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { catalogue } from '../../model/catalogue.js';
import { scoresOfQuery, type QueryBlock } from './blockScorer.js';
import type { EvaluationRows } from './evaluationRows.js';
import { RecallCounter } from './recall.js';
import { ownScoring, type Scoring } from './scoring.js';

/** What of a model its scores are made of. */
type Scored = Pick<TwoTowerModel, 'width' | 'embed'> & {
  spec: Pick<TrainingSpec, 'training'>;
  candidate: { data: { entities: number } };
};

interface ScoreOptions {
  /** Called after each block of queries; what it throws ends the evaluation. */
  between?: (() => Promise<void>) | undefined;
  /** This thread unless given. */
  scoring?: Scoring | undefined;
}

/**
 * The loss, the mean over the rows of the softmax cross-entropy over the whole catalogue, whatever negatives the model trains
 * with, and the recall at each K, as metrics of the split. Empty when no row counts.
 */
export async function scoreSplit(
  model: Scored,
  rows: EvaluationRows,
  k: readonly number[],
  split: MetricSplit,
  options?: ScoreOptions,
): Promise<Metrics> {
  if (rows.rowCount === 0) return {};
  const { loss, recall } = await scoreRows(model, rows, k, options);
  return { [metricName(METRICS.loss, split)]: loss / rows.rowCount, ...recall.metrics(split) };
}

/** The recall at each K of the rows of users that occur in no training row. Empty when there are none. */
export async function scoreColdUsers(
  model: Scored,
  rows: EvaluationRows,
  k: readonly number[],
  split: MetricSplit,
  options?: ScoreOptions,
): Promise<Metrics> {
  if (rows.rowCount === 0) return {};
  const { recall } = await scoreRows(model, rows, k, options);
  return recall.metrics(split, METRICS.coldUsersRecall);
}

/** The loss, summed over the rows, and their recall. */
async function scoreRows(
  model: Scored,
  rows: EvaluationRows,
  k: readonly number[],
  { between = async () => {}, scoring = ownScoring(model) }: ScoreOptions = {},
): Promise<{ loss: number; recall: RecallCounter }> {
  const items = await scoring.embed('candidate', catalogue(model.candidate.data.entities));
  const queries = await scoring.embed('query', rows.queries);
  const recall = new RecallCounter(k);
  const scoresEach = scoresOfQuery(items.length / model.width);
  const size = Math.max(1, Math.floor(scoreCapacity(model.spec) / scoresEach));
  const blocks = [...blocksOf(queries, rows, model.width, size)];
  const scores = await scoring.score(items, recall.depth, blocks, between);
  let loss = 0;
  for (const [b, { loss: part, ranks }] of scores.entries()) {
    loss += part;
    ranks.forEach((rank, t) => recall.add(rank, blocks[b]!.rows[t]!));
  }
  return { loss, recall };
}

/** `size` queries each, the last one fewer. */
function* blocksOf(
  queries: Float32Array,
  rows: EvaluationRows,
  width: number,
  size: number,
): Generator<QueryBlock> {
  const count = rows.queries.length;
  for (let start = 0; start < count; start += size) {
    const end = Math.min(start + size, count);
    const [from, to] = [rows.targetStart[start]!, rows.targetStart[end]!];
    yield {
      queries: queries.subarray(start * width, end * width),
      starts: rows.targetStart.subarray(start, end + 1).map((at) => at - from),
      items: rows.items.subarray(from, to),
      rows: rows.rows.subarray(from, to),
    };
  }
}
