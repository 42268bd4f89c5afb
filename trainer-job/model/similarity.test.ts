import { describe, expect, it } from 'vitest';
import { modelSchema } from '@trainyard/shared';
import { Scaling } from './similarity.js';

const output = Float32Array.of(3, 4, -1, 2, 0, 0);
const weights = Float32Array.of(0.5, -2, 1, 3, 1, 1);
const weighted = (values: Float32Array) => values.reduce((sum, value, i) => sum + value * weights[i]!, 0);
const learned = { learned: true, initial: 0.5, min: 0.1, max: 2 } as const;

describe.each([
  { similarity: 'dot', temperature: 1 },
  { similarity: 'dot', temperature: 0.25 },
  { similarity: 'dot', temperature: learned },
  { similarity: 'cosine', temperature: 1 },
  { similarity: 'cosine', temperature: 0.1 },
  { similarity: 'cosine', temperature: learned },
] as const)('vectors for %o', (parts) => {
  const model = modelSchema.parse(parts);

  it.each(['query', 'candidate'] as const)(
    'have the gradient of finite differences on the %s side',
    (tower) => {
      const scaling = new Scaling(tower, 2, model);
      const { dOutput } = scaling.scale(output).backward(weights);
      for (let i = 0; i < 4; i++) {
        const at = (value: number) => weighted(scaling.scale(output.with(i, value)).vectors);
        expect(dOutput[i]!).toBeCloseTo((at(output[i]! + 1e-2) - at(output[i]! - 1e-2)) / 2e-2, 2);
      }
    },
  );
});

describe('cosine', () => {
  it('makes vectors of length 1 and leaves a zero vector alone', () => {
    const model = modelSchema.parse({ similarity: 'cosine' });
    const { vectors, backward } = new Scaling('candidate', 2, model).scale(output);
    expect(Math.hypot(vectors[0]!, vectors[1]!)).toBeCloseTo(1, 6);
    expect(Array.from(vectors.subarray(4))).toEqual([0, 0]);
    expect(Array.from(backward(weights).dOutput.subarray(4))).toEqual([0, 0]);
  });
});

describe('a learned temperature', () => {
  it.each(['dot', 'cosine'] as const)('has the gradient of finite differences, for %s', (similarity) => {
    const scaling = new Scaling('query', 2, modelSchema.parse({ similarity, temperature: learned }));
    const [{ values } = { values: new Float32Array(1) }] = scaling.parameters;
    const [gradient] = scaling.scale(output).backward(weights).gradients;
    const start = values[0]!;
    const at = (value: number) => {
      values[0] = value;
      return weighted(scaling.scale(output).vectors);
    };
    const expected = (at(start + 1e-2) - at(start - 1e-2)) / 2e-2;
    expect(Math.abs(gradient!.values[0]! - expected)).toBeLessThan(1e-3 * Math.abs(expected));
  });

  it('starts where it is told and stays in its range', () => {
    const scaling = new Scaling('query', 2, modelSchema.parse({ temperature: learned }));
    expect(scaling.temperature).toBeCloseTo(0.5, 6);
    scaling.parameters[0]!.values[0] = -9;
    scaling.clamp();
    expect(scaling.temperature).toBeCloseTo(0.1, 6);
  });

  it('is the query tower’s alone', () => {
    expect(new Scaling('candidate', 2, modelSchema.parse({ temperature: learned })).parameters).toEqual([]);
  });

  it('may not start outside of its range', () => {
    expect(modelSchema.safeParse({ temperature: { ...learned, initial: 3 } }).success).toBe(false);
  });
});
