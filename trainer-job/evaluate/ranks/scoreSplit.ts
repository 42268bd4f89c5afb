import type { TrainingSpec } from '@trainyard/shared';
import { scoreCapacity } from '../../model/scoreCapacity.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { catalogue } from '../../model/catalogue.js';
import type { EvaluationRows } from './evaluationRows.js';
import { QUERIES_TOGETHER } from './kernelScorer.js';
import type { QueryBlock } from './queryBlock.js';
import { placesOf } from './ranker.js';
import { ownScoring, type Scoring } from './scoring.js';
import { type ScoringWay, scoringWay } from './scoringWay.js';
import { scoresOfQuery } from './tensorflowScorer.js';

/** What of a model its scores are made of. */
export type Scored = Pick<TwoTowerModel, 'width' | 'embed'> & {
  spec: Pick<TrainingSpec, 'training'>;
  candidate: { data: { entities: number } };
};

export interface ScoreOptions {
  /** [items, width] the vectors of the catalogue; embedded unless given. */
  items?: Float32Array | undefined;
  /** Ranks from here on are not told apart; all are unless given. */
  depth?: number | undefined;
  /** Called after each block of queries; what it throws ends the evaluation. */
  between?: (() => Promise<void>) | undefined;
  /** This thread unless given. */
  scoring?: Scoring | undefined;
  /** The faster one unless given. */
  by?: ScoringWay | undefined;
  /** How many queries a block has; as many as are fast unless given. */
  together?: number | undefined;
}

export interface RowScores {
  /**
   * The softmax cross-entropy over the whole catalogue, whatever negatives the model trains with, summed over the rows.
   */
  loss: number;
  /** [targets] the place of each in the ranking of its query, 0 for the best. */
  ranks: Int32Array;
}

/** All that is measured of a model by its scores, in one pass over them. */
export async function scoreRows(
  model: Scored,
  rows: EvaluationRows,
  { items: known, between = async () => {}, scoring = ownScoring(model), ...asked }: ScoreOptions = {},
): Promise<RowScores> {
  if (rows.rowCount === 0) return { loss: 0, ranks: new Int32Array(0) };
  const items = known ?? (await scoring.embed('candidate', catalogue(model.candidate.data.entities)));
  const queries = await scoring.embed('query', rows.queries);
  const count = items.length / model.width;
  const depth = Math.min(asked.depth ?? count, count);
  const work = { items: count, width: model.width, targets: rows.items.length / rows.queries.length };
  const by = asked.by ?? scoringWay({ ...work, isExact: depth === count, threads: scoring.threads });
  const size = asked.together ?? (by === 'kernel' ? kernelBlock(count) : tensorflowBlock(model, count));
  const blocks = [...blocksOf(queries, rows, { width: model.width, size, by })];
  const scores = await scoring.score({ items, width: model.width, depth }, blocks, between);
  const ranks = new Int32Array(rows.items.length);
  let [loss, at] = [0, 0];
  for (const { loss: part, ranks: own } of scores) {
    loss += part;
    ranks.set(own, at);
    at += own.length;
  }
  return { loss, ranks: placesOf(rows, ranks) };
}

/** Scores between two calls of `between`: some hundredths of a second. */
const SCORES_TOGETHER = 20_000_000;

/** How many queries a block of the kernel has: no more at once, of a large catalogue no fewer than make a tile worth its layout. */
function kernelBlock(items: number): number {
  return Math.max(32, Math.min(QUERIES_TOGETHER, Math.floor(SCORES_TOGETHER / items)));
}

/** As many as the memory for scores holds. */
function tensorflowBlock({ spec }: Scored, items: number): number {
  return Math.max(1, Math.floor(scoreCapacity(spec) / scoresOfQuery(items)));
}

function excludedOf({ excluded }: EvaluationRows, start: number, end: number): QueryBlock['excluded'] {
  if (!excluded) return null;
  const [from, to] = [excluded.start[start]!, excluded.start[end]!];
  return {
    start: excluded.start.subarray(start, end + 1).map((at) => at - from),
    items: excluded.items.subarray(from, to),
  };
}

/** `size` queries each, the last one fewer. */
function* blocksOf(
  queries: Float32Array,
  rows: EvaluationRows,
  { width, size, by }: { width: number; size: number; by: ScoringWay },
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
      excluded: excludedOf(rows, start, end),
      by,
    };
  }
}
