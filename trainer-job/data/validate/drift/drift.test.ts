import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { klDivergence, ksStatistic, populationStability, smoothedShares } from './divergence.js';
import { ksPValue, ksSurvival } from './ksPValue.js';

const counts = z.array(z.number());
const { divergences, samples, survival } = z
  .object({
    divergences: z.array(z.object({ current: counts, reference: counts, kl: z.number(), psi: z.number() })),
    samples: z.array(
      z.object({ current: counts, reference: counts, statistic: z.number(), pValue: z.number() }),
    ),
    survival: z.array(z.object({ d: z.number(), n: z.number(), p: z.number() })),
  })
  .parse(JSON.parse(await readFile(new URL('./drift.golden.json', import.meta.url), 'utf8')));

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

describe('what SciPy computes', () => {
  it.each(divergences)('is the divergence of $current from $reference', ({ current, reference, kl, psi }) => {
    const [p, q] = [smoothedShares(current), smoothedShares(reference)];
    expect(klDivergence(p, q)).toBeCloseTo(kl, 12);
    expect(populationStability(p, q)).toBeCloseTo(psi, 12);
  });

  it.each(samples)(
    'is a distance of $statistic with p $pValue',
    ({ current, reference, statistic, pValue }) => {
      const found = ksStatistic(current, reference);
      expect(found).toBeCloseTo(statistic, 12);
      expect(Math.abs(ksPValue(found, total(current), total(reference)) - pValue)).toBeLessThan(1e-6);
    },
  );

  it.each(survival)('is the tail at $d of $n rows', ({ d, n, p }) => {
    // Beyond 140 rows SciPy takes an expansion itself.
    expect(Math.abs(ksSurvival(d, n) - p)).toBeLessThan(n <= 140 ? 1e-12 : 2e-6);
  });
});

describe('two distributions', () => {
  it('are not apart when they are the same', () => {
    const shares = smoothedShares([3, 0, 5]);
    expect([klDivergence(shares, shares), populationStability(shares, shares)]).toEqual([0, 0]);
    expect([ksStatistic([3, 0, 5], [30, 0, 50]), ksPValue(0, 8, 80)]).toEqual([0, 1]);
  });

  it('are finitely far apart when one lacks a value of the other', () => {
    expect(populationStability(smoothedShares([100, 0]), smoothedShares([0, 100]))).toBeCloseTo(
      2 * (100 / 101) * Math.log(201),
      12,
    );
  });

  it('are compared bin by bin only', () => {
    expect(() => ksStatistic([1], [1, 2])).toThrow('1 bins are compared with 2');
  });
});
