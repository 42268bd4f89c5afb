import { describe, expect, it } from 'vitest';
import { modelSchema } from '@trainyard/shared';
import { scaleVectors } from './similarity.js';

const output = Float32Array.of(3, 4, -1, 2, 0, 0);
const weights = Float32Array.of(0.5, -2, 1, 3, 1, 1);
const weighted = (values: Float32Array) => values.reduce((sum, value, i) => sum + value * weights[i]!, 0);

describe.each([
  { similarity: 'dot', temperature: 1 },
  { similarity: 'dot', temperature: 0.25 },
  { similarity: 'cosine', temperature: 1 },
  { similarity: 'cosine', temperature: 0.1 },
] as const)('vectors for %o', (parts) => {
  const model = modelSchema.parse(parts);

  it.each(['query', 'candidate'] as const)(
    'have the gradient of finite differences on the %s side',
    (tower) => {
      const gradient = scaleVectors(output, 2, model, tower).backward(weights);
      for (let i = 0; i < 4; i++) {
        const at = (value: number) => weighted(scaleVectors(output.with(i, value), 2, model, tower).vectors);
        expect(gradient[i]!).toBeCloseTo((at(output[i]! + 1e-2) - at(output[i]! - 1e-2)) / 2e-2, 2);
      }
    },
  );
});

describe('cosine', () => {
  it('makes vectors of length 1 and leaves a zero vector alone', () => {
    const { vectors, backward } = scaleVectors(
      output,
      2,
      modelSchema.parse({ similarity: 'cosine' }),
      'candidate',
    );
    expect(Math.hypot(vectors[0]!, vectors[1]!)).toBeCloseTo(1, 6);
    expect(Array.from(vectors.subarray(4))).toEqual([0, 0]);
    expect(Array.from(backward(weights).subarray(4))).toEqual([0, 0]);
  });
});
