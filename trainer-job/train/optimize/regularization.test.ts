import { regularizationSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { newParameter, type Gradient, type Parameter } from '../../model/parameter.js';
import { addPenalties, withActivityPenalty } from './regularization.js';

function filled(rows: number, columns: number, values: number[]): Parameter {
  const parameter = newParameter('p', rows, columns);
  parameter.values.set(values);
  return parameter;
}

/** The slope of `f` at each value, by central differences. */
function slopes(values: readonly number[], f: (values: readonly number[]) => number): number[] {
  const step = 1e-4;
  return values.map((_, i) => {
    const at = (by: number) => f(values.map((value, j) => (i === j ? value + by : value)));
    return (at(step) - at(-step)) / (2 * step);
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const squares = (values: readonly number[]) => sum(values.map((value) => value * value));

describe('penalties', () => {
  const weights = [0.5, -2, 3, -0.25, 1, -1];
  const none = regularizationSchema.parse({});

  it('of weights are the slopes of l1 · Σ|w| + ½ · l2 · Σw²', () => {
    const parameter = filled(3, 2, weights);
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    addPenalties([{ parameter, rows: undefined, values }], {
      embeddingL2: 9,
      regularization: { ...none, l1: 0.3, l2: 0.7 },
    });
    const expected = slopes(weights, (w) => 0.3 * sum(w.map(Math.abs)) + 0.35 * squares(w));
    expected.forEach((slope, i) => expect(values[i]).toBeCloseTo(i + 1 + slope, 4));
  });

  it('of a weight that is 0 leave it there', () => {
    const values = new Float32Array(2);
    addPenalties([{ parameter: filled(2, 1, [0, 0]), rows: undefined, values }], {
      embeddingL2: 0,
      regularization: { ...none, l1: 1 },
    });
    expect([...values]).toEqual([0, 0]);
  });

  it('spare biases and, of embeddings, all rows but those of the step', () => {
    const bias: Gradient = {
      parameter: { ...filled(1, 2, [5, 5]), isVector: true },
      rows: undefined,
      values: Float32Array.of(0, 0),
    };
    const oneRow: Gradient = { ...bias, parameter: filled(1, 2, [5, 5]), values: Float32Array.of(0, 0) };
    const rows: Gradient = {
      parameter: filled(3, 2, weights),
      rows: Int32Array.of(2, 0),
      values: Float32Array.of(0, 0, 0, 0),
    };
    addPenalties([bias, oneRow, rows], { embeddingL2: 0.5, regularization: { ...none, l1: 1, l2: 1 } });
    expect([...bias.values]).toEqual([0, 0]);
    expect([...oneRow.values]).toEqual([6, 6]);
    expect([...rows.values]).toEqual([0.5, -0.5, 0.25, -1]);
  });

  it('of outputs are the slopes of ½ · l2 · Σy²', () => {
    const output = Float32Array.from(weights);
    const dOutput = withActivityPenalty(new Float32Array(6), output, 0.3);
    slopes(weights, (y) => 0.15 * squares(y)).forEach((slope, i) => expect(dOutput[i]).toBeCloseTo(slope, 4));
  });
});
