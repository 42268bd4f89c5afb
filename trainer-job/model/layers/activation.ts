import * as tf from '@tensorflow/tfjs-core';
import type { Activation } from '@trainyard/shared';
import { tensorflowOps } from '../../backend/tensorflowOps.js';

/** y = f(z), and the loss's gradient at z from that at y, all [rows, columns]. */
export interface ActivationFunction {
  apply(this: void, z: tf.Tensor2D): tf.Tensor2D;
  gradient(this: void, dy: tf.Tensor2D, y: tf.Tensor2D, z: tf.Tensor2D): tf.Tensor2D;
  /** `gradient` reads z; of the others y tells all. */
  needsInput?: true;
}

export const ACTIVATIONS: Record<Activation, ActivationFunction> = {
  linear: { apply: (z) => z, gradient: (dy) => dy },
  relu: {
    apply: (z) => tensorflowOps()?.relu(z) ?? tf.relu(z),
    gradient: (dy, y) => tensorflowOps()?.reluGrad(dy, y) ?? tf.mul<tf.Tensor2D>(dy, tf.step(y)),
  },
  // y = e^z - 1 below 0, so its slope there is y + 1.
  elu: { apply: (z) => tf.elu(z), gradient: (dy, y) => tf.mul(dy, tf.add(tf.minimum(y, 0), 1)) },
  tanh: { apply: (z) => tf.tanh(z), gradient: (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y))) },
  sigmoid: { apply: (z) => tf.sigmoid(z), gradient: (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))) },
  // z Φ(z), exactly: Hendrycks and Gimpel, "Gaussian error linear units", 2016.
  gelu: {
    apply: (z) => tf.mul(z, normalShare(z)),
    gradient: (dy, _y, z) => tf.mul(dy, tf.add(normalShare(z), tf.mul(z, normalDensity(z)))),
    needsInput: true,
  },
};

/** Φ(z), the share of the standard normal distribution below z. */
function normalShare(z: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(0.5, tf.add(1, tf.erf(tf.mul(z, Math.SQRT1_2))));
}

function normalDensity(z: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(tf.exp(tf.mul(tf.square(z), -0.5)), 1 / Math.sqrt(2 * Math.PI));
}
