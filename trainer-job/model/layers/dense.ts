import * as tf from '@tensorflow/tfjs-core';
import type { Activation, LayerOf } from '@trainyard/shared';
import { tensorflowOps } from '../../backend/tensorflowOps.js';
import { initializeWeights } from '../initialize.js';
import { columnSums, matMulTransposed, transposedMatMul } from '../matrix.js';
import { denseGradient, newParameter, newVector, tensorOf, type Parameter } from '../parameter.js';
import type { Random } from '../random.js';
import { ACTIVATIONS } from './activation.js';
import type { Backward, Layer, Pass } from './layer.js';

/** `y = activation(x W + b)` for x [rows, inputs] and y [rows, units]; b starts as 0. */
export class DenseLayer implements Layer {
  readonly weights: Parameter;
  readonly bias: Parameter;
  readonly state = [];
  private readonly activation: Activation;

  constructor(name: string, inputs: number, layer: LayerOf<'dense'>, random: Random) {
    this.weights = newParameter(`${name}/weights`, inputs, layer.units);
    this.bias = newVector(`${name}/bias`, layer.units);
    this.activation = layer.activation;
    initializeWeights(this.weights, layer.initializer, random);
  }

  get width(): number {
    return this.weights.columns;
  }

  get parameters(): readonly Parameter[] {
    return [this.weights, this.bias];
  }

  forward(x: tf.Tensor2D, { keep }: Pass): { y: tf.Tensor2D; backward: Backward } {
    const { gradient } = ACTIVATIONS[this.activation];
    const weights = keep(tensorOf(this.weights));
    const { y, z } = this.outputs(x, weights);
    const backward: Backward = (dy) => {
      const [dx, dWeights, dBias] = tf.tidy(() => {
        const dz = gradient(dy, y, z);
        return [matMulTransposed(dz, weights), transposedMatMul(x, dz), columnSums(dz)] as const;
      });
      return { gradients: [denseGradient(this.weights, dWeights), denseGradient(this.bias, dBias)], dx };
    };
    keep(y);
    if (z !== y) keep(z);
    return { y, backward };
  }

  /** y and, where the gradient needs it, what it is the activation of. */
  private outputs(x: tf.Tensor2D, weights: tf.Tensor2D): { y: tf.Tensor2D; z: tf.Tensor2D } {
    const { apply, needsInput } = ACTIVATIONS[this.activation];
    if (needsInput) {
      const z = tf.tidy(() => this.product(x, weights, 'linear'));
      return { z, y: tf.tidy(() => apply(z)) };
    }
    const y = tf.tidy(() =>
      this.activation === 'relu' && !tensorflowOps()
        ? this.product(x, weights, 'relu')
        : apply(this.product(x, weights, 'linear')),
    );
    return { y, z: y };
  }

  private product(x: tf.Tensor2D, weights: tf.Tensor2D, activation: 'linear' | 'relu'): tf.Tensor2D {
    const bias = tf.tensor1d(this.bias.values);
    const ops = tensorflowOps();
    // tfjs's fused product is three ops and two reshapes on TensorFlow.
    if (ops) return ops.biasAdd(ops.matMul(x, weights), bias);
    const y = tf.fused.matMul({ a: x, b: weights, bias, activation });
    return tf.reshape<tf.Rank.R2>(y, [x.shape[0], this.width]);
  }
}
