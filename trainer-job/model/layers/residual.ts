import * as tf from '@tensorflow/tfjs-core';
import { initializeWeights } from '../initialize.js';
import { matMul, matMulTransposed, transposedMatMul } from '../matrix.js';
import { denseGradient, newParameter, tensorOf, type Parameter } from '../parameter.js';
import type { Random } from '../random.js';
import type { Backward, Layer, Pass } from './layer.js';

/** `y = x + f(x)` (He et al., 2016), f the inner layers; where they end in another width, `y = x P + f(x)`. */
export class ResidualLayer implements Layer {
  private readonly projection: Parameter | undefined;

  constructor(
    name: string,
    inputs: number,
    private readonly inner: Layer,
    random: Random,
  ) {
    if (this.inner.width === inputs) return;
    this.projection = newParameter(`${name}/projection`, inputs, this.inner.width);
    initializeWeights(this.projection, 'glorotUniform', random);
  }

  get width(): number {
    return this.inner.width;
  }

  get parameters(): readonly Parameter[] {
    return this.projection ? [...this.inner.parameters, this.projection] : this.inner.parameters;
  }

  get state(): readonly Parameter[] {
    return this.inner.state;
  }

  forward(x: tf.Tensor2D, pass: Pass): { y: tf.Tensor2D; backward: Backward } {
    const { projection } = this;
    const inner = this.inner.forward(x, pass);
    const weights = projection && pass.keep(tensorOf(projection));
    const y = pass.keep(tf.tidy(() => tf.add<tf.Tensor2D>(inner.y, weights ? matMul(x, weights) : x)));
    return {
      y,
      backward: (dy) => {
        const { gradients, dx: dInner } = inner.backward(dy);
        if (projection) gradients.push(denseGradient(projection, transposedMatMul(x, dy)));
        const dx = tf.tidy(() => tf.add<tf.Tensor2D>(dInner, weights ? matMulTransposed(dy, weights) : dy));
        dInner.dispose();
        return { gradients, dx };
      },
    };
  }
}
