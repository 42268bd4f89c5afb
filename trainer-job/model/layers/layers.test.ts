import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import {
  INPUTS,
  LAYERS,
  newLayers,
  numbersFor,
  stepOf,
  weightedSum,
} from '../../../test/support/training/layers.js';
import { passThrough } from './hostPass.js';

beforeAll(useWasm);

const counts = Float32Array.of(1, 3, 2, 1, 4);
const rows = counts.length;
const input = numbersFor(rows * INPUTS, 'input', 2);

/** The rows of `values` as often as they occur. */
function writtenOut(values: Float32Array, width: number): Float32Array {
  const repeated = Array.from(counts).flatMap((count, row) =>
    Array.from({ length: count }, () => Array.from(values.subarray(row * width, (row + 1) * width))),
  );
  return Float32Array.from(repeated.flat());
}

/** The sums of the repeated rows. */
function gathered(values: Float32Array, width: number): Float32Array {
  const sums = new Float32Array(rows * width);
  let from = 0;
  counts.forEach((count, row) => {
    for (let i = 0; i < count * width; i++) sums[row * width + (i % width)]! += values[from++]!;
  });
  return sums;
}

function expectClose(actual: Float32Array, expected: Float32Array, digits: number): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, digits));
}

describe.each(LAYERS)('%s', (_name, specs) => {
  const weightsFor = (width: number) => numbersFor(rows * width, 'weights');

  it('has the gradients of finite differences, in its input and every parameter', () => {
    const layers = newLayers(specs);
    // Off the symmetric start, where some gradients are 0 by chance.
    for (const { name, values } of layers.parameters) {
      numbersFor(values.length, name, 0.3).forEach((value, i) => (values[i]! += value));
    }
    const weights = weightsFor(layers.width);
    const lossOf = () => weightedSum(layers, input, weights, stepOf(counts)).loss;
    const { gradients, dInput } = weightedSum(layers, input, weights, stepOf(counts));
    const slopes = [
      { name: 'input', values: input, gradient: dInput },
      ...gradients.map((g) => ({
        name: g.parameter.name,
        values: g.parameter.values,
        gradient: g.values,
      })),
    ];
    expect(slopes.map(({ name }) => name).toSorted()).toEqual(
      ['input', ...layers.parameters.map(({ name }) => name)].toSorted(),
    );
    for (const { name, values, gradient } of slopes) {
      values.forEach((kept, i) => {
        const step = 4e-3;
        values[i] = kept + step;
        const above = lossOf();
        values[i] = kept - step;
        const below = lossOf();
        values[i] = kept;
        const expected = (above - below) / (2 * step);
        expect(
          Math.abs(gradient[i]! - expected),
          `${name}[${i}]: ${gradient[i]} for ${expected}`,
        ).toBeLessThan(4e-3 * Math.max(1, Math.abs(expected)));
      });
    }
  });

  it('leaves no tensor behind', () => {
    const layers = newLayers(specs);
    const before = tf.memory().numTensors;
    weightedSum(layers, input, weightsFor(layers.width), stepOf(counts));
    passThrough(layers, input).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

// A mask is of distinct rows by intent: written out, its rows are others.
const deterministic = LAYERS.filter(([, specs]) => !JSON.stringify(specs).includes('dropout'));

it.each(deterministic)(
  '%s of distinct rows with counts is what it is of the batch written out',
  (_name, specs) => {
    const [distinct, whole] = [newLayers(specs), newLayers(specs)];
    const { width } = distinct;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const weights = numbersFor(total * width, 'weights');
    const a = weightedSum(distinct, input, gathered(weights, width), stepOf(counts));
    const b = weightedSum(whole, writtenOut(input, INPUTS), weights, stepOf(new Float32Array(total).fill(1)));
    expectClose(writtenOut(a.output, width), b.output, 5);
    expectClose(a.dInput, gathered(b.dInput, INPUTS), 4);
    a.gradients.forEach((gradient, i) => expectClose(gradient.values, b.gradients[i]!.values, 4));
    distinct.state.forEach(({ values }, i) => expectClose(values, whole.state[i]!.values, 5));
  },
);

describe('dropout', () => {
  const layers = newLayers([{ type: 'dropout', rate: 0.25 }]);
  const many = new Float32Array(40_000).fill(1);
  const ones = new Float32Array(10_000).fill(1);

  it('drops the share that it is told to and keeps the sum', () => {
    const { output } = passThrough(layers, many, stepOf(ones));
    expect(output.filter((value) => value === 0).length / many.length).toBeCloseTo(0.25, 2);
    expect(output.reduce((sum, value) => sum + value, 0) / many.length).toBeCloseTo(1, 2);
  });

  it('drops the same numbers in the same step, others in the next, and none outside of training', () => {
    const [first, again, next] = [stepOf(ones, 1), stepOf(ones, 1), stepOf(ones, 2)].map(
      (step) => passThrough(layers, many, step).output,
    );
    expect(again).toEqual(first);
    expect(next).not.toEqual(first);
    expect(passThrough(layers, many).output).toEqual(many);
  });
});

describe('batch normalization', () => {
  it('makes mean 0 and variance 1 of the batch, and remembers what they were', () => {
    const layers = newLayers([{ type: 'batchNorm', momentum: 0.5, epsilon: 1e-7 }]);
    const column = (values: Float32Array) => Array.from({ length: 4 }, (_, row) => values[row * INPUTS]!);
    const x = Float32Array.of(1, 0, 0, 0, 3, 0, 0, 1, 5, 0, 0, 2, 7, 0, 0, 3);
    const { output } = passThrough(layers, x, stepOf(new Float32Array(4).fill(1)));
    // Mean 4, variance 5.
    column(output).forEach((value, i) => expect(value).toBeCloseTo([-3, -1, 1, 3][i]! / Math.sqrt(5), 4));
    const [mean, variance] = layers.state.map(({ values }) => values[0]!);
    expect(mean).toBeCloseTo(0.5 * 4, 5);
    expect(variance).toBeCloseTo(0.5 * 1 + 0.5 * 5, 5);
    const later = passThrough(layers, x).output;
    column(later).forEach((value, i) => expect(value).toBeCloseTo(([1, 3, 5, 7][i]! - 2) / Math.sqrt(3), 4));
    expect(layers.state[0]!.values[0]).toBeCloseTo(2, 5);
  });
});

describe('a cross network', () => {
  it('is x₀ (x W + b) + x, twice', () => {
    const layers = newLayers([{ type: 'cross', depth: 2 }]);
    const [w0, b0, w1, b1] = layers.parameters.map(({ values }) => values);
    b0!.fill(0.5);
    b1!.fill(-0.25);
    const x0 = [0.5, -1, 2, 0.25];
    const cross = (x: number[], weights: Float32Array, bias: Float32Array) =>
      x.map((own, j) => {
        const linear = x.reduce((sum, value, i) => sum + value * weights[i * INPUTS + j]!, bias[j]!);
        return x0[j]! * linear + own;
      });
    const { output } = passThrough(layers, Float32Array.from(x0));
    expectClose(output, Float32Array.from(cross(cross(x0, w0!, b0!), w1!, b1!)), 5);
  });
});
