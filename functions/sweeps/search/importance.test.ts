import { inferSpace } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { importanceOf, spearman } from './importance.js';
import { convergenceOf, slicesOf } from './learned.js';
import type { SearchTrial } from './trial.js';

const SPACE = inferSpace({
  a: { type: 'float', min: 0, max: 1 },
  b: { type: 'logFloat', min: 1e-4, max: 1 },
  c: ['x', 'y', 'z'],
  fixed: 1,
});

const HISTORY = Array.from({ length: 60 }, (_, i): SearchTrial => {
  const [a, b, c] = [(i * 0.618034) % 1, 10 ** (-4 + 4 * ((i * 0.414214) % 1)), (i * 7) % 3];
  return {
    number: i + 1,
    parameters: { a, b, c: ['x', 'y', 'z'][c]!, fixed: 1 },
    state: 'completed',
    value: 3 * (a - 0.4) ** 2 + 0.2 * Math.abs(Math.log10(b) + 2) + [0, 0.5, 0.1][c]!,
    curve: [],
  };
});

const trial = (
  number: number,
  value: number | null,
  state: SearchTrial['state'] = 'completed',
): SearchTrial => ({
  number,
  parameters: { a: number / 10 },
  state,
  value,
  curve: [],
});

describe('the importance of parameters', () => {
  it("is scikit-learn's, within what its forests differ by their seeds", () => {
    const found = importanceOf(HISTORY, SPACE);
    expect(found.map(({ key }) => key)).toEqual(['a', 'c', 'b']);
    // The mean of 20 forests of scikit-learn; their standard deviations are 0.009, 0.009 and 0.006.
    const known = [0.6278, 0.2731, 0.0991];
    for (const [i, { importance }] of found.entries())
      expect(Math.abs((importance ?? NaN) - known[i]!)).toBeLessThan(0.03);
    expect(found.reduce((sum, { importance }) => sum + (importance ?? NaN), 0)).toBeCloseTo(1, 10);
    expect(found.map((one) => one.spearman)).toEqual([
      expect.closeTo(0.372214504, 8),
      null,
      expect.closeTo(-0.104251181, 8),
    ]);
  });

  it('is the same again, in whatever order trials are read', () => {
    expect(importanceOf(HISTORY.toReversed(), SPACE)).toEqual(importanceOf(HISTORY, SPACE));
  });

  it('says nothing where there is nothing to say', () => {
    const equal = [trial(1, 1), trial(2, 1), trial(3, 1)];
    const space = inferSpace({ a: { type: 'float', min: 0, max: 1 } });
    expect(importanceOf(equal, space)).toEqual([{ key: 'a', importance: null, spearman: null, trials: 3 }]);
    expect(importanceOf([trial(1, null, 'failed')], space)).toMatchObject([{ importance: null, trials: 0 }]);
  });

  it('counts a parameter with a condition where it is there', () => {
    const space = inferSpace({ kind: ['p', 'q'], depth: { min: 1, max: 9, when: { kind: 'q' } } });
    const history = Array.from({ length: 30 }, (_, i): SearchTrial => ({
      number: i + 1,
      parameters: i % 3 === 0 ? { kind: 'p' } : { kind: 'q', depth: 1 + (i % 9) },
      state: 'completed',
      value: i % 3 === 0 ? 4 : 1 + (i % 9),
      curve: [],
    }));
    const [first] = importanceOf(history, space);
    expect(first).toMatchObject({ key: 'depth', trials: 20, spearman: expect.closeTo(1, 10) as number });
  });
});

describe("Spearman's correlation", () => {
  it("is SciPy's, equal numbers having the mean of their ranks", () => {
    expect(spearman([1, 2, 2, 3, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.7631578947368421, 12);
    expect(spearman([1, 2], [1, 2])).toBeNull();
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
  });
});

describe('the convergence of a search', () => {
  it('has the best so far, how long that lasts, and the share of trials near it', () => {
    const history = [
      trial(1, 3),
      trial(2, 1),
      trial(3, null, 'failed'),
      trial(4, 2, 'pruned'),
      trial(5, 1.04),
    ];
    expect(convergenceOf(history, 'minimize')).toEqual({
      bestSoFar: [
        { number: 1, value: 3, best: 3 },
        { number: 2, value: 1, best: 1 },
        { number: 4, value: 2, best: 1 },
        { number: 5, value: 1.04, best: 1 },
      ],
      trialsSinceImprovement: 2,
      rate: 0.5,
    });
    expect(convergenceOf(history, 'maximize').bestSoFar.at(-1)!.best).toBe(3);
    expect(convergenceOf([], 'maximize')).toEqual({ bestSoFar: [], trialsSinceImprovement: 0, rate: null });
  });
});

describe('slices', () => {
  it('have the best of each value, also of one that somebody tried beside the space, and of each fifth of a range', () => {
    const slices = slicesOf(HISTORY, SPACE, 'minimize');
    expect(Object.keys(slices)).toEqual(['a', 'b', 'c']);
    expect(slices['c']!.map(({ at, trials }) => ({ at, trials }))).toEqual(
      ['x', 'y', 'z'].map((value) => ({ at: { value }, trials: 20 })),
    );
    const best = HISTORY.filter(({ parameters }) => parameters['c'] === 'x').toSorted(
      (p, q) => p.value! - q.value!,
    )[0]!;
    expect(slices['c']![0]).toMatchObject({ best: best.value, bestTrial: best.number });
    expect(slices['b']!.map(({ at }) => at)[1]).toEqual({
      above: expect.closeTo(10 ** -3.2, 12) as number,
      upTo: expect.closeTo(10 ** -2.4, 12) as number,
    });
    for (const key of ['a', 'b']) expect(slices[key]!.reduce((sum, { trials }) => sum + trials, 0)).toBe(60);
    const beside = { ...HISTORY[0]!, parameters: { ...HISTORY[0]!.parameters, c: 'other' }, value: -1 };
    expect(slicesOf([...HISTORY, beside], SPACE, 'minimize')['c']![3]).toMatchObject({
      at: { value: 'other' },
      trials: 1,
      best: -1,
    });
    expect(slicesOf([], SPACE, 'minimize')['c']![0]).toEqual({
      at: { value: 'x' },
      trials: 0,
      best: null,
      mean: null,
      bestTrial: null,
    });
  });
});
