import * as tf from '@tensorflow/tfjs-core';
import { take } from './matrix.js';

/** A trainable matrix in host memory, [rows, columns] row-major. Optimizers update it in place, row by row. */
export interface Parameter {
  /** Unique within the model, such as `query/embedding/customer` or `candidate/dense0/weights`. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

export function newParameter(name: string, rows: number, columns: number): Parameter {
  return { name, rows, columns, values: new Float32Array(rows * columns) };
}

/** The parameter as it is now, [rows, columns]. */
export function tensorOf({ values, rows, columns }: Parameter): tf.Tensor2D {
  return tf.tensor2d(values, [rows, columns]);
}

/**
 * The gradient of a loss with respect to some rows of a parameter; all other rows have gradient 0. `rows` holds each row
 * once; `values` is [rows.length, columns]. Without `rows` it is about every row in order.
 */
export interface Gradient {
  readonly parameter: Parameter;
  readonly rows: Int32Array | undefined;
  readonly values: Float32Array;
}

/** The gradient with respect to a whole parameter; the tensor is disposed. */
export function denseGradient(parameter: Parameter, values: tf.Tensor): Gradient {
  return { parameter, rows: undefined, values: take(values) };
}
