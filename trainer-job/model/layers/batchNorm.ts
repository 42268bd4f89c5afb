import * as tf from '@tensorflow/tfjs-core';
import type { LayerOf } from '@trainyard/shared';
import { readAndDispose } from '../matrix.js';
import { denseGradient, newVector, tensorOf, type Parameter } from '../parameter.js';
import type { Backward, Layer, Pass, TrainingPass } from './layer.js';

/**
 * `y = scale · (x - mean) / √(variance + ε) + shift` for x and y [rows, width] (Ioffe and Szegedy, 2015). In training mean
 * and variance are the batch's, in which a row counts as often as it occurs: each distinct row is computed once, and the
 * result is that of the batch written out. Otherwise they are the running ones. Variances are those of the batch itself,
 * divided by the rows and not by one less, as in Keras.
 */
export class BatchNormLayer implements Layer {
  readonly parameters: readonly [scale: Parameter, shift: Parameter];
  readonly state: readonly [mean: Parameter, variance: Parameter];
  private readonly momentum: number;
  private readonly epsilon: number;

  constructor(
    name: string,
    readonly width: number,
    layer: LayerOf<'batchNorm'>,
  ) {
    const part = (of: string, start: number) => {
      const parameter = newVector(`${name}/${of}`, width);
      parameter.values.fill(start);
      return parameter;
    };
    this.parameters = [part('scale', 1), part('shift', 0)];
    this.state = [part('runningMean', 0), part('runningVariance', 1)];
    this.momentum = layer.momentum;
    this.epsilon = layer.epsilon;
  }

  forward(x: tf.Tensor2D, { keep, training }: Pass): { y: tf.Tensor2D; backward: Backward } {
    const [scale, shift] = this.parameters;
    const shares = training && keep(sharesOf(training));
    const { mean, variance } = shares ? this.batchMoments(x, shares) : this.runningMoments();
    const slope = keep(tf.tidy(() => tf.rsqrt(tf.add<tf.Tensor2D>(variance, this.epsilon))));
    const normal = keep(tf.tidy(() => tf.mul<tf.Tensor2D>(tf.sub(x, mean), slope)));
    tf.dispose([mean, variance]);
    const y = keep(tf.tidy(() => tf.add<tf.Tensor2D>(tf.mul(normal, tensorOf(scale)), tensorOf(shift))));
    return { y, backward: (dy) => this.gradients(dy, normal, slope, shares) };
  }

  /**
   * With s = scale / √(variance + ε) and a row's share w of the batch: dx = s (dy - w Σ dy - w n Σ dy n), n the normalized
   * x. `dy` is already summed over a row's occurrences. Where the moments are running ones they do not depend on x.
   */
  private gradients(
    dy: tf.Tensor2D,
    normal: tf.Tensor2D,
    slope: tf.Tensor2D,
    shares: tf.Tensor2D | undefined,
  ): ReturnType<Backward> {
    const [scale, shift] = this.parameters;
    const [dScale, dShift, dx] = tf.tidy(() => {
      const along = tf.sum(tf.mul(dy, normal), 0, true);
      const sum = tf.sum(dy, 0, true);
      const centred = shares ? tf.sub(dy, tf.mul(shares, tf.add(sum, tf.mul(normal, along)))) : dy;
      return [along, sum, tf.mul<tf.Tensor2D>(centred, tf.mul(slope, tensorOf(scale)))] as const;
    });
    return { gradients: [denseGradient(scale, dScale), denseGradient(shift, dShift)], dx };
  }

  /** [1, width] each; moves the running ones towards them. */
  private batchMoments(x: tf.Tensor2D, shares: tf.Tensor2D): { mean: tf.Tensor2D; variance: tf.Tensor2D } {
    const mean = tf.tidy(() => tf.sum<tf.Tensor2D>(tf.mul(x, shares), 0, true));
    const variance = tf.tidy(() =>
      tf.sum<tf.Tensor2D>(tf.mul(tf.squaredDifference(x, mean), shares), 0, true),
    );
    [mean, variance].forEach((moment, i) => {
      const running = this.state[i]!.values;
      readAndDispose(tf.clone(moment)).forEach((value, c) => {
        running[c] = this.momentum * running[c]! + (1 - this.momentum) * value;
      });
    });
    return { mean, variance };
  }

  private runningMoments(): { mean: tf.Tensor2D; variance: tf.Tensor2D } {
    const [mean, variance] = this.state;
    return { mean: tensorOf(mean), variance: tensorOf(variance) };
  }
}

/** [rows, 1] the share of the batch that each row is. */
function sharesOf({ counts }: TrainingPass): tf.Tensor2D {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return tf.tensor2d(
    counts.map((count) => count / total),
    [counts.length, 1],
  );
}
