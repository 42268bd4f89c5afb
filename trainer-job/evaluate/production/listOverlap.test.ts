import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overlap, rankBiasedOverlap } from './listOverlap.js';

const list = fc.uniqueArray(fc.stringMatching(/^[a-l]$/), { maxLength: 12 });
const common = (a: readonly string[], b: readonly string[]) => a.filter((item) => b.includes(item)).length;

/** Equation 32 of Webber, Moffat and Zobel (2010) as it is printed. */
function byPaper(a: readonly string[], b: readonly string[], p: number): number {
  const [S, L] = a.length <= b.length ? [a, b] : [b, a];
  const [s, l] = [S.length, L.length];
  const X = (d: number) => common(S.slice(0, d), L.slice(0, d));
  let first = 0;
  for (let d = 1; d <= l; d++) first += (X(d) / d) * p ** d;
  let second = 0;
  for (let d = s + 1; d <= l; d++) second += ((X(s) * (d - s)) / (s * d)) * p ** d;
  return ((1 - p) / p) * (first + second) + ((X(l) - X(s)) / l + X(s) / s) * p ** l;
}

describe('rank-biased overlap', () => {
  it('is what its paper says', () => {
    fc.assert(
      fc.property(list, list, fc.double({ min: 0.1, max: 0.99, noNaN: true }), (a, b, p) => {
        fc.pre(a.length > 0 && b.length > 0);
        expect(rankBiasedOverlap(a, b, p)).toBeCloseTo(byPaper(a, b, p), 12);
        expect(rankBiasedOverlap(b, a, p)).toBeCloseTo(byPaper(a, b, p), 12);
      }),
    );
  });

  it('is 1 of the same lists, 0 of lists without a common item, and between these of all others', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(rankBiasedOverlap(a, a)).toBeCloseTo(1, 12);
        const found = rankBiasedOverlap(a, b);
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(1 + 1e-12);
        if (a.length + b.length > 0 && common(a, b) === 0) expect(found).toBe(0);
      }),
    );
  });

  // Two items in turn: half of the weight 1 - p of the first place is lost, as X is 0, then 2 of 2.
  it('loses the weight of the first place where two items change places', () => {
    expect(rankBiasedOverlap(['a', 'b'], ['b', 'a'], 0.9)).toBeCloseTo(0.9, 12);
  });
});

describe('the overlap of two lists', () => {
  it('is the share of the longer one, whatever the order', () => {
    expect(overlap(['a', 'b', 'c', 'd'], ['d', 'a', 'x'])).toBe(0.5);
    expect(overlap([], [])).toBe(1);
    expect(overlap([], ['a'])).toBe(0);
  });
});
