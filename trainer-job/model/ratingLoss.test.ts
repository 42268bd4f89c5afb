import { describe, expect, it } from 'vitest';
import { ratingLossSchema } from '@trainyard/shared';
import { ratingLoss } from './ratingLoss.js';

const classes = [1, 2, 3, 5];

describe.each([
  ['mse', { type: 'mse' }, [-2, 0.3, 4]],
  ['binaryCrossEntropy', { type: 'binaryCrossEntropy' }, [0, 1, 0.3]],
  ['categoricalCrossEntropy', { type: 'categoricalCrossEntropy', classes }, [1, 2.4, 5]],
] as const)('%s', (_name, spec, targets) => {
  const { outputs, row } = ratingLoss(ratingLossSchema.parse(spec));

  it.each(targets)('has the gradient of finite differences, for a target of %d', (target) => {
    const logits = Float32Array.from({ length: 2 * outputs }, (_, i) => Math.sin(3 * i + 1) * 2);
    const unused = new Float32Array(2 * outputs);
    const gradient = new Float32Array(2 * outputs);
    row(logits, outputs, target, gradient);
    for (let i = 0; i < logits.length; i++) {
      const at = (value: number) => row(logits.with(i, value), outputs, target, unused);
      const expected = (at(logits[i]! + 1e-2) - at(logits[i]! - 1e-2)) / 2e-2;
      expect(gradient[i]!).toBeCloseTo(expected, 3);
    }
  });
});

const of = (spec: Parameters<typeof ratingLoss>[0], logits: readonly number[], target: number) =>
  ratingLoss(spec).row(Float32Array.from(logits), 0, target, new Float32Array(logits.length));

describe('the losses', () => {
  it('are what their closed forms say', () => {
    expect(of({ type: 'mse' }, [1.5], 4)).toBe(6.25);
    const share = 1 / (1 + Math.exp(-0.5));
    expect(of({ type: 'binaryCrossEntropy' }, [0.5], 1)).toBeCloseTo(-Math.log(share), 6);
    expect(of({ type: 'binaryCrossEntropy' }, [0.5], 0.25)).toBeCloseTo(
      -0.25 * Math.log(share) - 0.75 * Math.log(1 - share),
      6,
    );
    const sum = Math.exp(1) + Math.exp(2) + Math.exp(0) + Math.exp(-1);
    const categorical = { type: 'categoricalCrossEntropy' as const, classes: [...classes] };
    expect(of(categorical, [1, 2, 0, -1], 2.2)).toBeCloseTo(Math.log(sum) - 2, 6);
  });

  it('overflow for no logit', () => {
    expect(of({ type: 'binaryCrossEntropy' }, [1e4], 0)).toBe(1e4);
    expect(of({ type: 'binaryCrossEntropy' }, [-1e4], 0)).toBe(0);
    expect(of({ type: 'categoricalCrossEntropy', classes: [0, 1] }, [1e4, -1e4], 1)).toBe(2e4);
  });

  it('predict a probability, and the mean of the classes', () => {
    const predicted = (spec: Parameters<typeof ratingLoss>[0], ...logits: number[]) =>
      ratingLoss(spec).prediction(Float32Array.from(logits), 0);
    expect(predicted({ type: 'binaryCrossEntropy' }, 0)).toBe(0.5);
    expect(predicted({ type: 'categoricalCrossEntropy', classes: [...classes] }, 0, 0, 0, 0)).toBe(2.75);
  });
});
