import * as tf from '@tensorflow/tfjs-core';
import { readAndDispose } from '../matrix.js';
import type { Gradient } from '../parameter.js';
import type { TrainingPass } from './layer.js';
import type { LayerSequence } from './sequence.js';

/** A pass through layers whose two ends are in host memory. It holds tensors until `backward` or `dispose` ends it. */
export interface HostPass {
  /** [rows, width of the last layer] */
  output: Float32Array;
  /** The gradients of the layers' parameters and, [rows, inputs], of the input, from that at `output`. */
  backward(this: void, dOutput: Float32Array): { gradients: Gradient[]; dInput: Float32Array };
  dispose(this: void): void;
}

/** Takes `input` [rows, inputs] through the layers; through none, the output is the input. */
export function passThrough(layers: LayerSequence, input: Float32Array, training?: TrainingPass): HostPass {
  if (layers.isEmpty) {
    return {
      output: input,
      backward: (dOutput) => ({ gradients: [], dInput: dOutput }),
      dispose: () => {},
    };
  }
  const rows = input.length / layers.inputs;
  const kept: tf.Tensor[] = [];
  const keep = <T extends tf.Tensor>(tensor: T): T => {
    kept.push(tensor);
    return tensor;
  };
  const dispose = () => tf.dispose(kept);
  const { y, backward } = layers.forward(keep(tf.tensor2d(input, [rows, layers.inputs])), { keep, training });
  return {
    output: y.dataSync<'float32'>(),
    dispose,
    backward: (dOutput) => {
      const dy = keep(tf.tensor2d(dOutput, [rows, layers.width]));
      const { gradients, dx } = backward(dy);
      dispose();
      return { gradients, dInput: readAndDispose(dx) };
    },
  };
}
