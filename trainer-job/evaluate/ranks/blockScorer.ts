/** Scores blocks of queries against a whole catalogue, one block at a time. */
import { KernelScorer } from './kernelScorer.js';
import type { BlockScores, QueryBlock } from './queryBlock.js';
import { TensorflowScorer } from './tensorflowScorer.js';

export class BlockScorer {
  private readonly kernel: KernelScorer;
  private tensorflow: TensorflowScorer | undefined;

  /** `items` is [items, width]. */
  constructor(
    private readonly items: Float32Array,
    private readonly width: number,
    private readonly depth: number,
  ) {
    this.kernel = new KernelScorer(items, width, depth);
  }

  score(block: QueryBlock): BlockScores {
    if (block.by === 'kernel') return this.kernel.score(block);
    this.tensorflow ??= new TensorflowScorer(this.items, this.width, this.depth);
    return this.tensorflow.score(block);
  }

  dispose(): void {
    this.tensorflow?.dispose();
  }
}
