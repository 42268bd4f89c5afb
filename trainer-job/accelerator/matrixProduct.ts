/** A product whose every entry is known: a GPU that computes wrongly is found before it trains. */
import * as tf from '@tensorflow/tfjs-core';

const SIZE = 256;

/** Small whole numbers: exact in float32 and in TF32, and so are the sums of 256 products of them. */
const left = (row: number, column: number) => ((row * 7 + column * 3) % 11) - 5;
const right = (row: number, column: number) => ((row * 5 + column * 13) % 17) - 8;

export interface ProductCheck {
  /** Entries that differ from what was computed here; 0 is right. */
  wrong: number;
  milliseconds: number;
}

/** Multiplies two [256, 256] matrices on tfjs's backend and compares every entry with a product made in this process. */
export function checkProduct(multiply = tf.matMul as Multiply): ProductCheck {
  const start = performance.now();
  const got = tf.tidy(() => multiply(matrix(left), matrix(right)).dataSync());
  const milliseconds = performance.now() - start;
  let wrong = 0;
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      let sum = 0;
      for (let k = 0; k < SIZE; k++) sum += left(row, k) * right(k, column);
      if (got[row * SIZE + column] !== sum) wrong += 1;
    }
  }
  return { wrong, milliseconds };
}

type Multiply = (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor;

function matrix(entry: (row: number, column: number) => number): tf.Tensor2D {
  const values = new Float32Array(SIZE * SIZE);
  for (let at = 0; at < values.length; at++) values[at] = entry(Math.floor(at / SIZE), at % SIZE);
  return tf.tensor2d(values, [SIZE, SIZE]);
}
