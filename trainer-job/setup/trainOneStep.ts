/**
 * Run as a process of its own by the set-up: trains one step on the tensorflow backend, by its own gradient, and prints
 * what it ran on. Exits 1 with the reason when that does not work.
 */
import * as tf from '@tensorflow/tfjs-core';
import { selectBackend } from '../backend/selectBackend.js';

/** One step of gradient descent on the mean squared error of `x · w`; returns the loss before and after it. */
function trainOneStep(): { before: number; after: number } {
  return tf.tidy(() => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const target = tf.tensor2d([1, 2, 3], [3, 1]);
    const start = tf.zeros([2, 1]);
    const lossOf = (w: tf.Tensor) => tf.mean<tf.Scalar>(tf.squaredDifference(tf.matMul(x, w), target));
    const { value, grad } = tf.valueAndGrad((w: tf.Tensor) => lossOf(w))(start);
    const next = tf.sub(start, tf.mul(grad, 0.01));
    return { before: Number(value.dataSync()[0]), after: Number(lossOf(next).dataSync()[0]) };
  });
}

async function main(): Promise<number> {
  const { version, device } = await selectBackend('tensorflow');
  const { before, after } = trainOneStep();
  if (!(after < before)) throw new Error(`a step took the loss from ${before} to ${after}: it did not learn`);
  process.stdout.write(
    `${version}, ${device.toUpperCase()}: one step took the loss from ${before.toFixed(3)} to ${after.toFixed(3)}\n`,
  );
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
