/** What TensorFlow's own ops compute is what the plain formulation computes. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestScores } from '../trainer-job/evaluate/bestScores.js';
import { countHigher } from '../trainer-job/evaluate/ranks.js';
import { exponentialSums } from '../trainer-job/model/exponentialSums.js';
import { matMul, matMulTransposed, transposedMatMul } from '../trainer-job/model/matrix.js';
import { randomFor } from '../trainer-job/model/random.js';
import type { CompetingItems } from '../trainer-job/model/softmaxBatch.js';
import { softmaxSums } from '../trainer-job/model/softmaxSums.js';
import { missingTensorflow, useTensorflow } from './support/nativeTensorflow.js';

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

  it('sums exponentials to the loss and the gradients of the softmax, for any weights and counts', () => {
    const sizes = fc.record({
      queries: fc.integer({ min: 1, max: 60 }),
      items: fc.integer({ min: 1, max: 60 }),
      width: fc.integer({ min: 1, max: 9 }),
      limit: fc.constantFrom(0.01, 1, 2),
      weighted: fc.boolean(),
      hardest: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(sizes, ({ queries, items, width, limit, weighted, hardest }) => {
        const batch = {
          queries: numbers(queries * width, limit, 'queries'),
          items: numbers(items * width, limit, 'items'),
          width,
          hardest,
          logWeights: weighted ? numbers(items, 5, 'weights') : undefined,
        };
        const pairs = Int32Array.from({ length: queries }, (_, u) => u * items + (u % items));
        const sums = (competing: CompetingItems) => {
          const dQueries = new Float32Array(queries * width);
          const dItems = new Float32Array(items * width);
          let known: { logSums: Float32Array; shares: Float32Array } | undefined;
          const weigh = (logSums: Float32Array, shares: Float32Array) => {
            known = { logSums, shares };
            return Float32Array.from(logSums, (_, u) => 1 + (u % 3));
          };
          competing.add(batch.queries, { pairs, references: undefined, weigh }, dQueries, dItems);
          competing.dispose();
          if (!known) throw new Error('queries are weighed before their gradients are added');
          return { ...known, dQueries, dItems };
        };
        const fused = exponentialSums(batch);
        if (!fused) throw new Error('scores this small are summed as they are');
        const [actual, expected] = [sums(fused), sums(softmaxSums(batch))];
        expectClose(actual.logSums, expected.logSums, 1e-5);
        expectClose(actual.shares, expected.shares, 1e-5);
        expectClose(actual.dQueries, expected.dQueries, 1e-5);
        expectClose(actual.dItems, expected.dItems, 1e-5);
      }),
    );
  });

  it('leaves scores that exp cannot hold to the softmax', () => {
    const vectors = { queries: Float32Array.of(10, 0), items: Float32Array.of(10, 0), width: 2 };
    expect(exponentialSums(vectors)).toBe(undefined);
  });

  it.each([700, 997])('lists every score that a rank below the depth depends on, of %i items', (items) => {
    const [queries, depth] = [5, 10];
    // Few distinct values: most scores have equals.
    const values = numbers(queries * items, 40, 'scores').map(Math.round);
    const scores = tf.tensor2d(values, [queries, items]);
    const best = bestScores(scores, depth);
    expect(best.scores.length).toBeLessThan(values.length);
    for (let q = 0; q < queries; q++) {
      const own = values.subarray(q * items, (q + 1) * items);
      const listed = best.scores.subarray(best.starts[q], best.starts[q + 1]);
      const [ranks, ranksInList] = [countHigher(own, own), countHigher(listed, own)];
      for (let i = 0; i < items; i++) {
        if (ranks[i]! < depth) expect(ranksInList[i]).toBe(ranks[i]);
        if (own[i]! < best.bounds[q]!) expect(ranks[i]).toBeGreaterThanOrEqual(depth);
        else expect(ranksInList[i]).toBe(ranks[i]);
      }
    }
  });
});
