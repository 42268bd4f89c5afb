import { describe, expect, it } from 'vitest';
import { Random } from './random.js';
import { WeightedChoice, zipf } from './weightedChoice.js';

const first = (seed: number, stream: string) => new Random(seed, stream).uint32();

describe('Random', () => {
  it('gives the same numbers for a seed for ever', () => {
    const random = new Random(42, 'purchases');
    expect(Array.from({ length: 4 }, () => random.uint32())).toEqual([
      3479944891, 3933363754, 4199942561, 1961304539,
    ]);
  });

  it('gives other numbers for another seed or stream', () => {
    expect(new Set([first(1, 'a'), first(2, 'a'), first(1, 'b'), first(12, 'a')]).size).toBe(4);
  });

  it('is uniform in [0, 1) and normal as asked', () => {
    const random = new Random(7, 'moments');
    const floats = Array.from({ length: 100_000 }, () => random.float());
    expect(Math.min(...floats)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...floats)).toBeLessThan(1);
    expect(mean(floats)).toBeCloseTo(0.5, 2);
    const normals = Array.from({ length: 100_000 }, () => random.normal());
    expect(mean(normals)).toBeCloseTo(0, 1);
    expect(mean(normals.map((x) => x * x))).toBeCloseTo(1, 1);
  });
});

describe('WeightedChoice', () => {
  it('draws in proportion to the weights', () => {
    const weights = [5, 0, 1, 3, 1];
    const choice = new WeightedChoice(weights);
    const random = new Random(3, 'choice');
    const drawn = weights.map(() => 0);
    for (let i = 0; i < 100_000; i += 1) drawn[choice.draw(random)]! += 1;
    for (const [index, weight] of weights.entries())
      expect(drawn[index]! / 100_000).toBeCloseTo(weight / 10, 2);
    expect(drawn[1]).toBe(0);
  });

  it('refuses weights that nothing can be drawn by', () => {
    expect(() => new WeightedChoice([])).toThrow(/at least one positive weight/);
    expect(() => new WeightedChoice([0, 0])).toThrow(/at least one positive weight/);
  });

  it('knows the Zipf law', () => {
    expect([...zipf(3, 1)]).toEqual([1, 1 / 2, 1 / 3]);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
