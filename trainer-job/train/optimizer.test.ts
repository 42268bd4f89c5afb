import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimizerSchema, type OptimizerSpec } from '@trainyard/shared';
import { newParameter, type Gradient, type Parameter } from '../model/parameter.js';
import { newOptimizer } from './optimizer.js';

const parse = (spec: { type: OptimizerSpec['type']; learningRate?: number }) => optimizerSchema.parse(spec);

function filled(values: number[], columns: number): Parameter {
  const parameter = newParameter('p', values.length / columns, columns);
  parameter.values.set(values);
  return parameter;
}

const dense = (parameter: Parameter, values: number[]): Gradient => ({
  parameter,
  rows: undefined,
  values: Float32Array.from(values),
});

describe('an optimizer', () => {
  it('adagrad: divides by the root of the summed squares', () => {
    const parameter = filled([1], 1);
    const optimizer = newOptimizer(parse({ type: 'adagrad', learningRate: 0.1 }), [parameter]);
    optimizer.apply([dense(parameter, [2])]);
    optimizer.apply([dense(parameter, [-1])]);
    expect(parameter.values[0]).toBeCloseTo(1 - 0.2 / Math.sqrt(0.1 + 4) + 0.1 / Math.sqrt(0.1 + 4 + 1), 5);
  });

  it('adam: first step is the learning rate in the direction of the gradient, whatever its size', () => {
    const parameter = filled([1, 1, 1], 3);
    newOptimizer(parse({ type: 'adam', learningRate: 0.01 }), [parameter]).apply([
      dense(parameter, [1e-3, 500, -2]),
    ]);
    expect(parameter.values[0]).toBeCloseTo(0.99, 4);
    expect(parameter.values[1]).toBeCloseTo(0.99, 4);
    expect(parameter.values[2]).toBeCloseTo(1.01, 4);
  });

  it('adam: second step follows the bias-corrected moments', () => {
    const parameter = filled([0], 1);
    const optimizer = newOptimizer(parse({ type: 'adam', learningRate: 0.1 }), [parameter]);
    optimizer.apply([dense(parameter, [1])]);
    optimizer.apply([dense(parameter, [3])]);
    const mean = (0.9 * 0.1 * 1 + 0.1 * 3) / (1 - 0.9 ** 2);
    const square = (0.999 * 0.001 * 1 + 0.001 * 9) / (1 - 0.999 ** 2);
    expect(parameter.values[0]).toBeCloseTo(-0.1 - (0.1 * mean) / Math.sqrt(square), 5);
  });

  it('sgd: subtracts the scaled gradient', () => {
    const parameter = filled([1], 1);
    newOptimizer(parse({ type: 'sgd', learningRate: 0.5 }), [parameter]).apply([dense(parameter, [3])]);
    expect(parameter.values[0]).toBeCloseTo(-0.5, 6);
  });

  it.each(['adagrad', 'adam', 'sgd'] as const)(
    '%s: a row gradient changes its rows as a dense one, and no others',
    (type) => {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 8, maxLength: 8 }),
          fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 }),
          (numbers, rows) => {
            const [sparse, full] = [filled(numbers, 2), filled(numbers, 2)];
            const values = rows.flatMap((row) => [row + 1, -row]);
            newOptimizer(parse({ type }), [sparse]).apply([
              { parameter: sparse, rows: Int32Array.from(rows), values: Float32Array.from(values) },
            ]);
            const whole = Array.from({ length: 4 }, (_, row) =>
              rows.includes(row) ? [row + 1, -row] : [0, 0],
            ).flat();
            newOptimizer(parse({ type }), [full]).apply([dense(full, whole)]);
            expect(Array.from(sparse.values)).toEqual(Array.from(full.values));
            const untouched = [0, 1, 2, 3]
              .filter((row) => !rows.includes(row))
              .flatMap((row) => [row * 2, row * 2 + 1]);
            for (const element of untouched)
              expect(sparse.values[element]).toBe(Math.fround(numbers[element]!));
          },
        ),
      );
    },
  );
});
