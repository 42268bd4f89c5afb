import * as tf from '@tensorflow/tfjs-core';
import { readAndDispose } from './matrix.js';

/** A sum of tensors of one shape, which stays on the device until it is drained. */
export class DeviceSum {
  private sum: tf.Tensor | undefined;

  /** The tensor is disposed. */
  add(tensor: tf.Tensor): void {
    const { sum } = this;
    this.sum = sum ? tf.add(sum, tensor) : tensor;
    if (sum) tf.dispose([sum, tensor]);
  }

  /** The sum, if anything was added, which begins anew then. */
  drain(): Float32Array | undefined {
    const { sum } = this;
    this.sum = undefined;
    return sum && readAndDispose(sum);
  }
}
