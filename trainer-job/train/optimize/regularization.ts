/** Penalties on weights, as gradients; they are of the sum over a step, as the loss is. */
import type { Training } from '@trainyard/shared';
import { worthOf, type Gradient, type Parameter } from '../../model/parameter.js';

/**
 * Adds the gradients of the penalties of a step:
 * - ½ · embeddingL2 · Σ row² over the embedding rows that the step touches,
 * - l1 · Σ|w| + ½ · l2 · Σw² over the weights of layers; the derivative of |w| at 0 is taken as 0. Biases and scales are free.
 */
export function addPenalties(
  gradients: readonly Gradient[],
  { embeddingL2, regularization: { l1, l2 } }: Pick<Training, 'embeddingL2' | 'regularization'>,
): void {
  for (const { parameter, rows, values } of gradients) {
    if (rows) {
      if (embeddingL2 > 0) addRowPenalty(parameter, rows, values, embeddingL2);
    } else if (!parameter.isVector && (l1 > 0 || l2 > 0)) {
      for (let i = 0; i < values.length; i++) {
        const weight = parameter.values[i]!;
        values[i]! += l1 * Math.sign(weight) + l2 * weight;
      }
    }
  }
}

function addRowPenalty(table: Parameter, rows: Int32Array, gradient: Float32Array, l2: number): void {
  let g = 0;
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r]!;
    const times = l2 * worthOf(table, row);
    const from = row * table.columns;
    for (let i = from; i < from + table.columns; i++) gradient[g++]! += times * table.values[i]!;
  }
}

/** The gradient at a tower's output [entities, width] with that of ½ · l2 · Σ output² added. */
export function withActivityPenalty(dOutput: Float32Array, output: Float32Array, l2: number): Float32Array {
  return l2 === 0 ? dOutput : dOutput.map((slope, i) => slope + l2 * output[i]!);
}
