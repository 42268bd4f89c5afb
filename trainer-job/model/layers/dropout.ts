import * as tf from '@tensorflow/tfjs-core';
import type { LayerOf } from '@trainyard/shared';
import type { Backward, Layer, Pass } from './layer.js';

/**
 * In training, each number is 0 with probability `rate` and divided by 1 - rate else (Srivastava et al., 2014). The mask is
 * of distinct rows: an entity that occurs several times in a batch loses the same numbers each time.
 */
export class DropoutLayer implements Layer {
  readonly parameters = [];
  readonly state = [];
  private readonly rate: number;

  constructor(
    private readonly name: string,
    readonly width: number,
    layer: LayerOf<'dropout'>,
  ) {
    this.rate = layer.rate;
  }

  forward(x: tf.Tensor2D, { keep, training }: Pass): { y: tf.Tensor2D; backward: Backward } {
    if (!training) return { y: x, backward: (dy) => ({ gradients: [], dx: tf.clone(dy) }) };
    const mask = keep(tf.tensor2d(this.mask(x.size, training.random(this.name)), x.shape));
    const y = keep(tf.mul<tf.Tensor2D>(x, mask));
    return { y, backward: (dy) => ({ gradients: [], dx: tf.mul(dy, mask) }) };
  }

  private mask(size: number, random: () => number): Float32Array {
    const kept = 1 / (1 - this.rate);
    const mask = new Float32Array(size);
    for (let i = 0; i < size; i++) if (random() >= this.rate) mask[i] = kept;
    return mask;
  }
}
