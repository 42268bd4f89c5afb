import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { tensorflowThreads } from '../../settings/tensorflow.js';
import { BlockScorer } from './blockScorer.js';
import type { BlockScores, QueryBlock } from './queryBlock.js';

/** Who computes an evaluation: the thread that asks, or workers together. */
export interface Scoring {
  /** How many threads share an operation of TensorFlow where blocks are scored. */
  readonly threads: number;
  /** [entities, width]: vectors whose products are scores. */
  embed(tower: 'query' | 'candidate', entities: Int32Array): Promise<Float32Array>;
  /** Each block against `items` [items, width], in the order of the blocks. What `between`, called after each, throws ends it. */
  score(
    items: Float32Array,
    depth: number,
    blocks: Iterable<QueryBlock>,
    between: () => Promise<void>,
  ): Promise<BlockScores[]>;
}

export function ownScoring(model: Pick<TwoTowerModel, 'width' | 'embed'>): Scoring {
  return {
    threads: tensorflowThreads(),
    embed: async (tower, entities) => model.embed(tower, entities),
    score: async (items, depth, blocks, between) => {
      const scorer = new BlockScorer(items, model.width, depth);
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
