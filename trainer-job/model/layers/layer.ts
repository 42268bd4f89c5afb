/** What all layers have in common. They compute on the chosen backend; their parameters are in host memory. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Gradient, Parameter } from '../parameter.js';
import type { Random } from '../random.js';

export interface Layer {
  /** Width of the output. */
  readonly width: number;
  readonly parameters: readonly Parameter[];
  /** Arrays that belong to the layer and are not trained, such as running means. */
  readonly state: readonly Parameter[];
  /** Takes x [rows, inputs] to y [rows, width]; the pass keeps the tensors that `backward` needs, and y. */
  forward(x: tf.Tensor2D, pass: Pass): { y: tf.Tensor2D; backward: Backward };
}

/** The gradients of a layer's parameters, and of its input, from `dy`, the loss's gradient at y. The caller disposes of `dx`. */
export type Backward = (dy: tf.Tensor2D) => { gradients: Gradient[]; dx: tf.Tensor2D };

/** One way of some rows through layers. */
export interface Pass {
  /** Marks a tensor for disposal at the end of the pass, and returns it. */
  keep<T extends tf.Tensor>(this: void, tensor: T): T;
  /** Undefined where no training goes on: then nothing is random and nothing is remembered. */
  training: TrainingPass | undefined;
}

export interface TrainingPass {
  /** [rows] how often each row occurs in the batch: distinct rows are computed once. */
  counts: Float32Array;
  /** [rows] which of the batch's rows these are, ascending, where workers share the batch; without it they are all. */
  places?: Int32Array | undefined;
  /** The numbers of this step for what the name says; equal for an equal seed, step and name. */
  random(name: string): Random;
}
