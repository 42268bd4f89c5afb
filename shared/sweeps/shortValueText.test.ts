import { describe, expect, it } from 'vitest';
import { shortValueText } from './shortValueText.js';

describe('a value where there is little room', () => {
  it.each([
    [
      'layers by their types and what they have',
      [
        { type: 'dense', units: 128, activation: 'relu', useBias: true },
        { type: 'dropout', rate: 0.1 },
      ],
      'dense 128 relu → dropout 0.1',
    ],
    [
      'layers within layers',
      [{ type: 'residual', layers: [{ type: 'dense', units: 8 }] }],
      'residual (dense 8)',
    ],
    ['a list of something else as JSON', [1, 2], '[1,2]'],
    ['no layers as an empty list', [], '[]'],
    ['a number as everywhere', 0.000012345, '1.234e-5'],
  ])('has %s', (_, value, text) => {
    expect(shortValueText(value)).toBe(text);
  });
});
