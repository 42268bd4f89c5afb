/** Scores blocks of queries against a whole catalogue, one block at a time. */
import { KernelScorer } from './kernelScorer.js';
import type { BlockScores, QueryBlock, ScoredItems } from './queryBlock.js';
import { TensorflowScorer } from './tensorflowScorer.js';

export class BlockScorer {
  private readonly kernel: KernelScorer;
  private tensorflow: TensorflowScorer | undefined;

  constructor(private readonly catalogue: ScoredItems) {
    this.kernel = new KernelScorer(catalogue);
  }

  score(block: QueryBlock): BlockScores {
    if (block.by === 'kernel') return this.kernel.score(block);
    this.tensorflow ??= new TensorflowScorer(this.catalogue);
    return this.tensorflow.score(block);
  }

  dispose(): void {
    this.tensorflow?.dispose();
  }
}
