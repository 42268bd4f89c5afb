import { BlockScorer } from '../../evaluate/ranks/blockScorer.js';
import type { BlockScores } from '../../evaluate/ranks/queryBlock.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { TaskOf } from './messages.js';

/** One worker's part of an evaluation. */
export class ScoringPart {
  private scorer: BlockScorer | undefined;

  constructor(private readonly model: TwoTowerModel) {}

  embed({ tower, output, ...rows }: TaskOf<'embed'>): void {
    output.set(this.model.embedRows(tower, rows));
  }

  items({ items, width, depth }: TaskOf<'items'>): void {
    this.scorer?.dispose();
    this.scorer = items ? new BlockScorer({ items, width, depth }) : undefined;
  }

  score({ block }: TaskOf<'score'>): BlockScores {
    if (!this.scorer) throw new Error('there are no items to score against');
    return this.scorer.score(block);
  }
}
