/** Dense products on the chosen tfjs backend. */
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowOps } from '../backend/tensorflowOps.js';

/** a·b for a [n, p] and b [p, q]. */
export function matMul(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tensorflowOps()?.matMul(a, b) ?? tf.matMul(a, b);
}

/**
 * aᵀ·b for a [n, p] and b [n, q]. The wasm backend's matMul is an order of magnitude slower with a transpose flag than
 * without, so it transposes first; TensorFlow's is not. And wasm lays the second factor out anew before it multiplies, at a
 * cost per number that is higher than the product's where p is small: the narrower one comes second.
 */
export function transposedMatMul(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const ops = tensorflowOps();
  if (ops) return ops.matMul(a, b, true, false);
  return tf.tidy(() =>
    a.shape[1] < b.shape[1]
      ? tf.transpose<tf.Tensor2D>(tf.matMul(tf.transpose(b), a))
      : tf.matMul<tf.Tensor2D>(tf.transpose(a), b),
  );
}

/** [q], the sums of the columns of a [n, q]. On wasm a product with ones takes a tenth of what a sum along rows does. */
export function columnSums(a: tf.Tensor2D): tf.Tensor1D {
  const ops = tensorflowOps();
  if (ops) return ops.biasAddGrad(a);
  return tf.tidy(() => tf.reshape<tf.Rank.R1>(tf.matMul(tf.ones([1, a.shape[0]]), a), [a.shape[1]]));
}

/** a·bᵀ for a [n, p] and b [q, p]. */
export function matMulTransposed(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tensorflowOps()?.matMul(a, b, false, true) ?? tf.tidy(() => tf.matMul(a, tf.transpose(b)));
}

/** The tensor's values in host memory; the tensor is disposed. */
export function readAndDispose(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync<'float32'>();
  tensor.dispose();
  return values;
}

/** values [rows, columns] as [columns, rows]. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let r = 0, from = 0; r < rows; r++) {
    for (let c = 0, to = r; c < columns; c++, to += rows) result[to] = values[from++]!;
  }
  return result;
}

/** rows [count, width] with `columns` appended to each: [count, width + columns.length]. A number stands for a column of it. */
export function withColumns(
  rows: Float32Array,
  width: number,
  ...columns: readonly (number | Float32Array)[]
): Float32Array {
  const count = rows.length / width;
  const wide = width + columns.length;
  const result = new Float32Array(count * wide);
  for (let from = 0, to = 0; to < result.length; to += columns.length) {
    for (const end = from + width; from < end; from++, to++) result[to] = rows[from]!;
  }
  columns.forEach((column, c) => {
    for (let r = 0, to = width + c; r < count; r++, to += wide) {
      result[to] = typeof column === 'number' ? column : column[r]!;
    }
  });
  return result;
}

/** rows [count, width], each times its weight. */
export function timesWeights(rows: Float32Array, weights: Float32Array): Float32Array {
  const result = new Float32Array(rows.length);
  const width = rows.length / weights.length;
  for (let r = 0, i = 0; r < weights.length; r++) {
    const weight = weights[r]!;
    for (const end = i + width; i < end; i++) result[i] = weight * rows[i]!;
  }
  return result;
}
