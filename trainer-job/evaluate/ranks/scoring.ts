import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { tensorflowThreads } from '../../settings/tensorflow.js';
import { BlockScorer } from './blockScorer.js';
import type { BlockScores, QueryBlock, ScoredItems } from './queryBlock.js';

/** Who computes an evaluation: the thread that asks, or workers together. */
export interface Scoring {
  /** How many threads share an operation of TensorFlow where blocks are scored. */
  readonly threads: number;
  /** [entities, width]: vectors whose products are scores. */
  embed(tower: 'query' | 'candidate', entities: Int32Array): Promise<Float32Array>;
  /** Each block against a catalogue, in the order of the blocks. What `between`, called after each, throws ends it. */
  score(
    catalogue: ScoredItems,
    blocks: Iterable<QueryBlock>,
    between: () => Promise<void>,
  ): Promise<BlockScores[]>;
}

/** Of vectors that are another model's than the one that `scoring` knows: it scores them, and this thread makes them. */
export function scoringOf(
  model: Pick<TwoTowerModel, 'width' | 'embed'>,
  scoring: Scoring | undefined,
): Scoring {
  if (!scoring) return ownScoring(model);
  return { ...scoring, embed: async (tower, entities) => model.embed(tower, entities) };
}

export function ownScoring(model: Pick<TwoTowerModel, 'width' | 'embed'>): Scoring {
  return {
    threads: tensorflowThreads(),
    embed: async (tower, entities) => model.embed(tower, entities),
    score: async (catalogue, blocks, between) => {
      const scorer = new BlockScorer(catalogue);
      const scores: BlockScores[] = [];
      try {
        for (const block of blocks) {
          scores.push(scorer.score(block));
          await between();
        }
      } finally {
        scorer.dispose();
      }
      return scores;
    },
  };
}
