import { describe, expect, it } from 'vitest';
import { newParameter, type Gradient } from '../../model/parameter.js';
import { clip, squaresOf } from './clipping.js';
import { optimizerGolden as golden } from '../../../test/support/training/optimizerGolden.js';

/** The gradients of two parameters, one of them by rows. */
function gradients(): [Gradient, Gradient] {
  return [
    { parameter: newParameter('a', 3, 4), rows: undefined, values: Float32Array.from(golden.gradients[0]!) },
    {
      parameter: newParameter('b', 9, 4),
      rows: Int32Array.of(7, 1, 4),
      values: Float32Array.from(golden.gradients[2]!),
    },
  ];
}

describe('clipping', () => {
  it.each(['value', 'norm', 'globalNorm'] as const)('limits by %s as TensorFlow does', (type) => {
    const both = gradients();
    clip(both, { type, limit: 0.5 });
    both.forEach(({ values }, g) => {
      golden.clipped[type][g]!.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 6));
    });
  });

  it.each(['norm', 'globalNorm'] as const)('of a part by %s needs the squares of the whole', (type) => {
    const [whole, [first, second]] = [gradients(), gradients()];
    const half = {
      parameter: second.parameter,
      rows: second.rows!.slice(0, 1),
      values: second.values.slice(0, 4),
    };
    const squares = [...squaresOf(whole).values()];
    const byParameter = new Map([first, second].map(({ parameter }, i) => [parameter, squares[i]!]));
    clip([first, half], { type, limit: 0.5 }, byParameter);
    golden.clipped[type][0].forEach((value, i) => expect(first.values[i]).toBeCloseTo(value, 6));
    [...half.values].forEach((value, i) => expect(value).toBeCloseTo(golden.clipped[type][1][i]!, 6));
  });

  it.each(['value', 'norm', 'globalNorm'] as const)('by %s leaves what is within the limit', (type) => {
    const both = gradients();
    clip(both, { type, limit: 1e4 });
    expect(both.map(({ values }) => [...values])).toEqual(gradients().map(({ values }) => [...values]));
  });
});
