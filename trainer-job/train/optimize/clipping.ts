import { assertNever, type Clipping } from '@trainyard/shared';
import type { Gradient, Parameter } from '../../model/parameter.js';

/** By parameter: the sum of the squares of its gradient. */
export type Squares = ReadonlyMap<Parameter, number>;

/**
 * Limits the gradients of a step in place, as `tf.clip_by_value`, `tf.clip_by_norm` and `tf.clip_by_global_norm` do. Rows
 * that a gradient does not name are 0 and a row is named once, so the norms are those of the dense gradients. `squares` are
 * those of the whole step, where `gradients` are a part of it.
 */
export function clip(
  gradients: readonly Gradient[],
  clipping: Clipping | undefined,
  squares: Squares = needsNorms(clipping) ? squaresOf(gradients) : new Map(),
): void {
  if (!clipping) return;
  const { type, limit } = clipping;
  switch (type) {
    case 'value':
      for (const { values } of gradients) limitEach(values, limit);
      return;
    case 'norm':
      for (const { parameter, values } of gradients) {
        shrink(values, limit, Math.sqrt(squares.get(parameter) ?? 0));
      }
      return;
    case 'globalNorm': {
      const norm = Math.sqrt([...squares.values()].reduce((sum, square) => sum + square, 0));
      for (const { values } of gradients) shrink(values, limit, norm);
      return;
    }
    default:
      assertNever(type);
  }
}

function limitEach(values: Float32Array, limit: number): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > limit) values[i] = limit;
    else if (value < -limit) values[i] = -limit;
  }
}

/** Whether a part of a step can be clipped only by one who knows the others. */
export function needsNorms(clipping: Clipping | undefined): boolean {
  return clipping?.type === 'norm' || clipping?.type === 'globalNorm';
}

export function squaresOf(gradients: readonly Gradient[]): Squares {
  return new Map(gradients.map(({ parameter, values }) => [parameter, sumOfSquares(values)]));
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}

/** What is not a number stays so: the loss will tell. */
function shrink(values: Float32Array, limit: number, norm: number): void {
  if (norm <= limit) return;
  const factor = limit / norm;
  for (let i = 0; i < values.length; i++) values[i]! *= factor;
}
