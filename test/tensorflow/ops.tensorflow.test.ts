/** What TensorFlow's own ops compute is what the plain formulation computes. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { tensorflowOps } from '../../trainer-job/backend/tensorflowOps.js';
import { exponentialSums } from '../../trainer-job/model/exponentialSums.js';
import { columnSums, matMul, matMulTransposed, transposedMatMul } from '../../trainer-job/model/matrix.js';
import { randomFor } from '../../trainer-job/model/random.js';
import type { CompetingItems } from '../../trainer-job/model/softmaxBatch.js';
import { softmaxSums } from '../../trainer-job/model/softmaxSums.js';
import { kerasModelContract } from '../contracts/kerasModel.contract.js';
import { scoreSplitContract } from '../contracts/scoreSplit.contract.js';
import { pairwiseLossContract } from '../contracts/pairwiseLoss.contract.js';
import { softmaxLossContract } from '../contracts/softmaxLoss.contract.js';
import { missingTensorflow, useTensorflow } from '../support/training/nativeTensorflow.js';

function numbers(count: number, limit: number, purpose: string): Float32Array {
  const random = randomFor(7, purpose);
  return Float32Array.from({ length: count }, () => (2 * random() - 1) * limit);
}

function expectClose(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const largest = Math.max(1, ...expected.map(Math.abs));
  const worst = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  expect(worst / largest).toBeLessThan(tolerance);
}

describe.skipIf(missingTensorflow)('TensorFlow’s own ops', () => {
  useTensorflow();

  it('multiplies with either matrix transposed', () => {
    const [a, b] = [tf.tensor2d(numbers(12, 1, 'a'), [3, 4]), tf.tensor2d(numbers(20, 1, 'b'), [4, 5])];
    const expected = tf.matMul(a, b).dataSync<'float32'>();
    expectClose(matMul(a, b).dataSync<'float32'>(), expected, 1e-6);
    const [at, bt] = [tf.transpose<tf.Tensor2D>(a), tf.transpose<tf.Tensor2D>(b)];
    expectClose(transposedMatMul(at, b).dataSync<'float32'>(), expected, 1e-6);
    expectClose(matMulTransposed(a, bt).dataSync<'float32'>(), expected, 1e-6);
  });

  it('adds a bias, sums columns and takes what is positive', () => {
    const x = tf.tensor2d(numbers(300 * 7, 1, 'x'), [300, 7]);
    const bias = tf.tensor1d(numbers(7, 1, 'bias'));
    const ops = tensorflowOps()!;
    expect(ops.biasAdd(x, bias).dataSync()).toEqual(tf.add(x, bias).dataSync());
    expect(ops.relu(x).dataSync()).toEqual(tf.relu(x).dataSync());
    expectClose(columnSums(x).dataSync<'float32'>(), tf.sum(x, 0).dataSync<'float32'>(), 1e-6);
  });

  softmaxLossContract('TensorFlow');
  pairwiseLossContract('TensorFlow');
  scoreSplitContract('tensorflow');
  kerasModelContract('TensorFlow');

  it('takes the plain way where references are no measure of the scores, and counts the block once', () => {
    const items = Float32Array.of(10, 0, -10, 0, 0, 1);
    const [far, near] = [Float32Array.of(10, 0), Float32Array.of(0.1, 0.2)];
    const sumsOf = (competing: CompetingItems, blocks: readonly Float32Array[]) => {
      const dQueries = blocks.map(() => new Float32Array(2));
      const logSums = blocks.map((queries, i) => {
        let found = NaN;
        const references = { scores: Float32Array.of(0), items: undefined };
        const pairs = { queries: new Int32Array(), items: new Int32Array() };
        const weigh = ([logSum]: Float32Array) => {
          found = logSum!;
          return Float32Array.of(2);
        };
        competing.add(queries, { pairs, references, weigh }, dQueries[i]!);
        return found;
      });
      const dItems = competing.end() ?? [];
      return Float32Array.from([...logSums, ...dQueries.flatMap((values) => [...values]), ...dItems]);
    };
    const [batch, blocks] = [{ items, width: 2 }, [near, far, near]];
    expectClose(sumsOf(exponentialSums(batch), blocks), sumsOf(softmaxSums(batch), blocks), 1e-6);
  });
});
