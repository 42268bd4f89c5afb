import * as tf from '@tensorflow/tfjs-core';
import type { Layer } from '@trainyard/shared';
import { tensorflowOps } from '../backend/tensorflowOps.js';
import { matMulTransposed, take, transposedMatMul } from './matrix.js';
import { newParameter, type Gradient, type Parameter } from './parameter.js';
import { fillUniform, type Random } from './random.js';

/** `y = activation(x W + b)` for x [n, inputs] and y [n, units]. */
export class DenseLayer {
  readonly weights: Parameter;
  readonly bias: Parameter;
  private readonly activation: 'linear' | 'relu';

  /** Glorot-uniform weights: uniform in ±sqrt(6 / (inputs + units)); bias 0. */
  constructor(name: string, inputs: number, layer: Layer, random: Random) {
    this.weights = newParameter(`${name}/weights`, inputs, layer.units);
    this.bias = newParameter(`${name}/bias`, 1, layer.units);
    this.activation = layer.activation;
    fillUniform(this.weights.values, Math.sqrt(6 / (inputs + layer.units)), random);
  }

  get units(): number {
    return this.weights.columns;
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return tf.tidy(() => {
      const bias = tf.tensor1d(this.bias.values);
      const ops = tensorflowOps();
      if (!ops) {
        const y = tf.fused.matMul({ a: x, b: this.weightTensor(), bias, activation: this.activation });
        return tf.reshape<tf.Rank.R2>(y, [x.shape[0], this.units]);
      }
      // tfjs's fused product is three ops and two reshapes on TensorFlow.
      const z = tf.add<tf.Tensor2D>(ops.matMul(x, this.weightTensor()), bias);
      return this.activation === 'relu' ? tf.relu(z) : z;
    });
  }

  /**
   * The gradients of this layer's parameters, and of its input, from `dy`, the loss's gradient at its output `y`; `x` is
   * what `forward` was given.
   */
  backward(x: tf.Tensor2D, y: tf.Tensor2D, dy: tf.Tensor2D): { gradients: Gradient[]; dx: tf.Tensor2D } {
    const [dx, dWeights, dBias] = tf.tidy(() => {
      const dz = this.activation === 'relu' ? whereActive(dy, y) : dy;
      return [matMulTransposed(dz, this.weightTensor()), transposedMatMul(x, dz), tf.sum(dz, 0)] as const;
    });
    const gradients = [
      { parameter: this.weights, rows: undefined, values: take(dWeights) },
      { parameter: this.bias, rows: undefined, values: take(dBias) },
    ];
    return { gradients, dx };
  }

  private weightTensor(): tf.Tensor2D {
    return tf.tensor2d(this.weights.values, [this.weights.rows, this.weights.columns]);
  }
}

/** dy where the relu let its input through. */
function whereActive(dy: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D {
  return tensorflowOps()?.reluGrad(dy, y) ?? tf.mul<tf.Tensor2D>(dy, tf.cast(tf.greater(y, 0), 'float32'));
}
