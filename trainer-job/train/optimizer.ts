/**
 * Row-sparse optimizers over host memory. A gradient names the rows it is about; only these rows, and only their state,
 * are read and written. State that a dense formulation would change without a gradient stays as it is ("lazy"), as in
 * Keras's and TensorFlow's sparse updates: Adam's moments of a row decay at the steps that touch the row.
 */
import { assertNever, type OptimizerSpec } from '@trainyard/shared';
import type { Gradient, Parameter } from '../model/parameter.js';

type SlotName = 'accumulator' | 'moment1' | 'moment2';

export interface Optimizer {
  /** Applies the gradients of one step; each parameter stands in at most one of them. */
  apply(gradients: readonly Gradient[]): void;
  /** The steps applied so far; restored together with the slots. */
  steps: number;
  /** The optimizer's state of a parameter, by name, each the size of the parameter. */
  slots(parameter: Parameter): Record<string, Float32Array>;
}

export function newOptimizer(spec: OptimizerSpec, parameters: readonly Parameter[]): Optimizer {
  switch (spec.type) {
    case 'adagrad':
      return optimizer(parameters, { accumulator: spec.initialAccumulator }, () => adagrad(spec));
    case 'adam':
      return optimizer(parameters, { moment1: 0, moment2: 0 }, (step) => adam(spec, step));
    case 'sgd':
      return optimizer(parameters, {}, () => sgd(spec));
    default:
      return assertNever(spec);
  }
}

/** Updates the elements `from … from + length - 1` of `values` and of the slots; their gradient starts at `g`. */
type Update = (
  values: Float32Array,
  slots: readonly Float32Array[],
  from: number,
  gradient: Float32Array,
  g: number,
  length: number,
) => void;

function optimizer(
  parameters: readonly Parameter[],
  slotStarts: Partial<Record<SlotName, number>>,
  updateAt: (step: number) => Update,
): Optimizer {
  const state = new Map(
    parameters.map((parameter) => [
      parameter,
      Object.fromEntries(
        Object.entries(slotStarts).map(([slot, start]) => [
          slot,
          new Float32Array(parameter.values.length).fill(start),
        ]),
      ),
    ]),
  );
  const slotsOf = (parameter: Parameter) => {
    const slots = state.get(parameter);
    if (!slots) throw new Error(`parameter ${parameter.name} is not this optimizer's`);
    return slots;
  };
  return {
    steps: 0,
    slots: slotsOf,
    apply(gradients) {
      this.steps += 1;
      const update = updateAt(this.steps);
      for (const { parameter, rows, values } of gradients) {
        const slots = Object.values(slotsOf(parameter));
        if (!rows) {
          update(parameter.values, slots, 0, values, 0, values.length);
          continue;
        }
        const width = parameter.columns;
        for (let i = 0; i < rows.length; i++) {
          update(parameter.values, slots, rows[i]! * width, values, i * width, width);
        }
      }
    },
  };
}

/** Duchi, Hazan and Singer, JMLR 12, 2011: a += g²; x -= lr · g / (√a + ε). */
function adagrad(spec: Extract<OptimizerSpec, { type: 'adagrad' }>): Update {
  const { learningRate, epsilon } = spec;
  return (values, [accumulator = values], from, gradient, g, length) => {
    for (let i = from, j = g; j < g + length; i++, j++) {
      const slope = gradient[j]!;
      const sum = accumulator[i]! + slope * slope;
      accumulator[i] = sum;
      values[i]! -= (learningRate * slope) / (Math.sqrt(sum) + epsilon);
    }
  };
}

/** Kingma and Ba, "Adam", 2015, with the bias corrections folded into the step size (their section 2). */
function adam(spec: Extract<OptimizerSpec, { type: 'adam' }>, step: number): Update {
  const { beta1, beta2, epsilon } = spec;
  const size = (spec.learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
  return (values, [moment1 = values, moment2 = values], from, gradient, g, length) => {
    for (let i = from, j = g; j < g + length; i++, j++) {
      const slope = gradient[j]!;
      const mean = beta1 * moment1[i]! + (1 - beta1) * slope;
      const square = beta2 * moment2[i]! + (1 - beta2) * slope * slope;
      moment1[i] = mean;
      moment2[i] = square;
      values[i]! -= (size * mean) / (Math.sqrt(square) + epsilon);
    }
  };
}

function sgd(spec: Extract<OptimizerSpec, { type: 'sgd' }>): Update {
  return (values, _slots, from, gradient, g, length) => {
    for (let i = from, j = g; j < g + length; i++, j++) {
      values[i]! -= spec.learningRate * gradient[j]!;
    }
  };
}
