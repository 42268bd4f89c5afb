import * as tf from '@tensorflow/tfjs-core';
import type { LayerOf } from '@trainyard/shared';
import type { Backward, Layer, Pass, TrainingPass } from './layer.js';

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
    const mask = keep(tf.tensor2d(this.mask(x.shape[0], training), x.shape));
    const y = keep(tf.mul<tf.Tensor2D>(x, mask));
    return { y, backward: (dy) => ({ gradients: [], dx: tf.mul(dy, mask) }) };
  }

  /** [rows, width]. Rows that others have draw their numbers here too: a mask does not depend on who computes it. */
  private mask(rows: number, training: TrainingPass): Float32Array {
    const { places } = training;
    const random = training.random(this.name);
    const kept = 1 / (1 - this.rate);
    const mask = new Float32Array(rows * this.width);
    let drawn = 0;
    for (let row = 0, i = 0; row < rows; row++) {
      const place = places ? places[row]! : row;
      for (; drawn < place * this.width; drawn++) random();
      for (const end = i + this.width; i < end; i++, drawn++) if (random() >= this.rate) mask[i] = kept;
    }
    return mask;
  }
}
