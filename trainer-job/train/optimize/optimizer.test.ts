import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimizerSchema } from '@trainyard/shared';
import type { z } from 'zod';
import { newParameter, newVector, type Gradient, type Parameter } from '../../model/parameter.js';
import { newOptimizer } from './optimizer.js';
import { optimizerGolden as golden } from '../../../test/support/training/optimizerGolden.js';

type SpecInput = z.input<typeof optimizerSchema>;

const parse = (spec: SpecInput) => optimizerSchema.parse(spec);

/** The parameter after each of the steps. */
function walk(
  input: SpecInput,
  parameter: Parameter,
  steps: readonly Gradient[][],
  rateAt?: (step: number) => number,
): number[][] {
  const spec = parse(input);
  const optimizer = newOptimizer(spec, [parameter]);
  return steps.map((gradients, step) => {
    optimizer.apply(gradients, rateAt?.(step) ?? spec.learningRate);
    return [...parameter.values];
  });
}

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
    walk({ type: 'adagrad', learningRate: 0.1 }, parameter, [
      [dense(parameter, [2])],
      [dense(parameter, [-1])],
    ]);
    expect(parameter.values[0]).toBeCloseTo(1 - 0.2 / Math.sqrt(0.1 + 4) + 0.1 / Math.sqrt(0.1 + 4 + 1), 5);
  });

  it('adam: first step is the learning rate in the direction of the gradient, whatever its size', () => {
    const parameter = filled([1, 1, 1], 3);
    walk({ type: 'adam', learningRate: 0.01 }, parameter, [[dense(parameter, [1e-3, 500, -2])]]);
    expect(parameter.values[0]).toBeCloseTo(0.99, 4);
    expect(parameter.values[1]).toBeCloseTo(0.99, 4);
    expect(parameter.values[2]).toBeCloseTo(1.01, 4);
  });

  it('adam: second step follows the bias-corrected moments', () => {
    const parameter = filled([0], 1);
    walk({ type: 'adam', learningRate: 0.1 }, parameter, [[dense(parameter, [1])], [dense(parameter, [3])]]);
    const mean = (0.9 * 0.1 * 1 + 0.1 * 3) / (1 - 0.9 ** 2);
    const square = (0.999 * 0.001 * 1 + 0.001 * 9) / (1 - 0.999 ** 2);
    expect(parameter.values[0]).toBeCloseTo(-0.1 - (0.1 * mean) / Math.sqrt(square), 5);
  });

  it('sgd: subtracts the scaled gradient', () => {
    const parameter = filled([1], 1);
    walk({ type: 'sgd', learningRate: 0.5 }, parameter, [[dense(parameter, [3])]]);
    expect(parameter.values[0]).toBeCloseTo(-0.5, 6);
  });

  it.each<SpecInput>([
    { type: 'adagrad' },
    { type: 'adam' },
    { type: 'sgd' },
    { type: 'sgd', momentum: 0.9, nesterov: true },
  ])('%j: a row gradient changes its rows as a dense one, and no others', (spec) => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 8, maxLength: 8 }),
        fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 }),
        (numbers, rows) => {
          const [sparse, full] = [filled(numbers, 2), filled(numbers, 2)];
          const values = rows.flatMap((row) => [row + 1, -row]);
          walk(spec, sparse, [
            [{ parameter: sparse, rows: Int32Array.from(rows), values: Float32Array.from(values) }],
          ]);
          const whole = Array.from({ length: 4 }, (_, row) =>
            rows.includes(row) ? [row + 1, -row] : [0, 0],
          ).flat();
          walk(spec, full, [[dense(full, whole)]]);
          expect(Array.from(sparse.values)).toEqual(Array.from(full.values));
          const untouched = [0, 1, 2, 3]
            .filter((row) => !rows.includes(row))
            .flatMap((row) => [row * 2, row * 2 + 1]);
          for (const element of untouched)
            expect(sparse.values[element]).toBe(Math.fround(numbers[element]!));
        },
      ),
    );
  });

  it.each(golden.optimizers.map(({ spec, after }) => [JSON.stringify(spec), after] as const))(
    'takes the steps that Keras takes: %s',
    (spec, after) => {
      const parameter = filled(golden.start, 4);
      const input = optimizerSchema.parse(JSON.parse(spec));
      const steps = golden.gradients.map((values) => [dense(parameter, values)]);
      expectClose(walk(input, parameter, steps), after);
      // And by rows, when every row is touched, though in another order.
      const byRows = filled(golden.start, 4);
      const rowSteps = golden.gradients.map((values) => [
        {
          parameter: byRows,
          rows: Int32Array.of(2, 0, 1),
          values: Float32Array.from([...values.slice(8), ...values.slice(0, 8)]),
        },
      ]);
      expectClose(walk(input, byRows, rowSteps), after);
    },
  );

  it.each(golden.varying.map(({ spec, after }) => [JSON.stringify(spec), after] as const))(
    'takes the steps that Keras takes while the learning rate changes: %s',
    (spec, after) => {
      const parameter = filled(golden.start, 4);
      const steps = golden.gradients.map((values) => [dense(parameter, values)]);
      const input = optimizerSchema.parse(JSON.parse(spec));
      expectClose(
        walk(input, parameter, steps, (step) => golden.rates[step]!),
        after,
      );
    },
  );
});

/** Equal in float32, but for the last digits that orders of operations change. */
function expectClose(actual: readonly number[][], wanted: readonly number[][]): void {
  const [found, expected] = [actual.flat(), wanted.flat()];
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
  });
}

/** What decay at every step, of every row, leaves; gradients change the rows that they name, as Adam does lazily. */
function decayedStepByStep(
  start: readonly number[],
  steps: readonly { rows: readonly number[]; rate: number }[],
  decay: number,
): number[] {
  const parameter = filled([...start], 2);
  const adam = newOptimizer(parse({ type: 'adam' }), [parameter]);
  for (const { rows, rate } of steps) {
    for (let i = 0; i < parameter.values.length; i++) parameter.values[i]! *= 1 - rate * decay;
    adam.apply([gradientOf(parameter, rows)], rate);
  }
  return [...parameter.values];
}

function gradientOf(parameter: Parameter, rows: readonly number[]): Gradient {
  const values = Float32Array.from(rows.flatMap((row) => [row + 1, -2 - row]));
  return { parameter, rows: Int32Array.from(rows), values };
}

describe('decoupled weight decay', () => {
  const step = fc.record({
    rows: fc.uniqueArray(fc.nat(3), { maxLength: 4 }),
    rate: fc.double({ min: 1e-4, max: 0.2, noNaN: true }),
    settles: fc.boolean(),
  });

  it('leaves of rows that are touched now and then what decay at every step leaves of them', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const start = [1, -2, 3, 0.5, -1, 2, 0.25, -0.75];
        const parameter = filled(start, 2);
        const optimizer = newOptimizer(parse({ type: 'adamw', weightDecay: 0.3 }), [parameter]);
        for (const { rows, rate, settles } of steps) {
          optimizer.apply([gradientOf(parameter, rows)], rate);
          if (settles) optimizer.settle();
        }
        optimizer.settle();
        expectClose([[...parameter.values]], [decayedStepByStep(start, steps, 0.3)]);
      }),
    );
  });

  it('spares biases, scales and a temperature, but no matrix for having one row', () => {
    const [bias, matrix] = [newVector('bias', 2), filled([1, -2], 2)];
    bias.values.set([1, -2]);
    const optimizer = newOptimizer(parse({ type: 'adamw', weightDecay: 1 }), [bias, matrix]);
    optimizer.apply([], 0.5);
    optimizer.settle();
    expect([...bias.values]).toEqual([1, -2]);
    expect([...matrix.values]).toEqual([0.5, -1]);
  });

  it('goes on from its state to the bit', () => {
    const run = (interrupted: boolean) => {
      const parameter = filled([1, -2, 3, 0.5, -1, 2, 0.25, -0.75], 2);
      let optimizer = newOptimizer(parse({ type: 'adamw', weightDecay: 0.3 }), [parameter]);
      [[0, 1], [1], [2, 0], [1, 3], [0]].forEach((rows, at) => {
        if (interrupted && at === 3) {
          const next = newOptimizer(parse({ type: 'adamw', weightDecay: 0.3 }), [parameter]);
          for (const [name, values] of Object.entries(next.slots(parameter))) {
            values.set(optimizer.slots(parameter)[name]!);
          }
          next.restore(optimizer.state());
          optimizer = next;
        }
        optimizer.apply([gradientOf(parameter, rows)], 0.1);
      });
      optimizer.settle();
      return [...parameter.values];
    };
    expect(run(true)).toEqual(run(false));
  });
});
