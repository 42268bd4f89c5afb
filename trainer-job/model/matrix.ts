/** Dense products on the chosen tfjs backend. */
import * as tf from '@tensorflow/tfjs-core';

/**
 * aᵀ·b for a [n, p] and b [n, q]. The wasm backend's matMul is an order of magnitude slower with a transpose flag than
 * without, so it transposes first; TensorFlow's is not.
 */
export function transposedMatMul(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  if (tf.getBackend() === 'tensorflow') return tf.matMul(a, b, true, false);
  return tf.tidy(() => tf.matMul(tf.transpose(a), b));
}

/** a·bᵀ for a [n, p] and b [q, p]. */
export function matMulTransposed(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  if (tf.getBackend() === 'tensorflow') return tf.matMul(a, b, false, true);
  return tf.tidy(() => tf.matMul(a, tf.transpose(b)));
}

/** The tensor's values in host memory; the tensor is disposed. */
export function take(tensor: tf.Tensor): Float32Array {
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
