import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { ratingSchema } from '@trainyard/shared';
import { useWasm } from '../../test/support/training/backend.js';
import { numbersFor } from '../../test/support/training/layers.js';
import { RatingHead } from './ratingHead.js';

beforeAll(useWasm);

const pairs = {
  queries: numbersFor(3 * 2, 'queries'),
  items: numbersFor(4 * 2, 'items'),
  pairQuery: Int32Array.of(0, 2, 0, 1, 0),
  pairItem: Int32Array.of(3, 1, 1, 0, 3),
};

describe.each(['concatenation', 'concatenationAndProduct'] as const)('a rating head on a %s', (input) => {
  const rating = ratingSchema.parse({
    input,
    layers: [{ type: 'dense', units: 3, activation: 'tanh' }],
    loss: { type: 'categoricalCrossEntropy', classes: [1, 2] },
  });
  const head = new RatingHead({ query: 2, candidate: 2 }, rating, 1);
  const weights = numbersFor(pairs.pairQuery.length * 2, 'weights');
  const lossOf = () => {
    const { logits, dispose } = head.forward(pairs);
    dispose();
    return logits.reduce((sum, value, i) => sum + value * weights[i]!, 0);
  };

  it('has the gradients of finite differences in both towers and every parameter', () => {
    const { gradients, dQueries, dItems } = head.forward(pairs).backward(weights);
    const slopes = [
      { values: pairs.queries, gradient: dQueries },
      { values: pairs.items, gradient: dItems },
      ...gradients.map(({ parameter, values }) => ({ values: parameter.values, gradient: values })),
    ];
    expect(slopes).toHaveLength(2 + head.parameters.length);
    for (const { values, gradient } of slopes) {
      values.forEach((kept, i) => {
        values[i] = kept + 1e-2;
        const above = lossOf();
        values[i] = kept - 1e-2;
        const below = lossOf();
        values[i] = kept;
        expect(gradient[i]!).toBeCloseTo((above - below) / 2e-2, 3);
      });
    }
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    head.forward(pairs).backward(weights);
    lossOf();
    expect(tf.memory().numTensors).toBe(before);
  });
});
