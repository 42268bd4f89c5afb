import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { BlockScorer, type BlockScores, type QueryBlock } from './blockScorer.js';

/** Who computes an evaluation: the thread that asks, or workers together. */
export interface Scoring {
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
