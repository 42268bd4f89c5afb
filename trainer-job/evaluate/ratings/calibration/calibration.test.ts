import { calibrated, logOdds } from '@trainyard/recommender/layers/calibration';
import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../model/random.js';
import type { RatedRows } from '../ratedRows.js';
import { bestF1Threshold, thresholdOfPrecision } from '../thresholds.js';
import { calibrationBins } from './curve.js';
import { fitCalibration } from './fitCalibration.js';
import { fitIsotonic } from './isotonic.js';
import { fitPlatt } from './platt.js';

const rowsOf = (predicted: number[], actual: number[]): RatedRows => ({
  predicted: Float64Array.from(predicted),
  actual: Float64Array.from(actual),
});

/** Rows with ties, of both kinds more or less. */
function randomRows(seed: number, most = 25): { p: number[]; y: number[] } {
  const random = randomFor(seed, 'calibration');
  const p = Array.from({ length: 1 + Math.floor(random() * most) }, () =>
    random() < 0.5 ? Math.floor(random() * 6) / 5 : random(),
  );
  return { p, y: p.map((value) => (random() < 0.2 + 0.6 * value ? 1 : 0)) };
}

/** The least-squares curve by its closed form: at x the greatest mean of rows from a to b over a ≤ x, the least over b ≥ x. */
function isotonicOracle(p: number[], y: number[], at: number): number {
  const values = [...new Set(p)];
  const mean = (a: number, b: number) => {
    const own = y.filter((_, i) => p[i]! >= a && p[i]! <= b);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  return Math.max(
    ...values
      .filter((a) => a <= at)
      .map((a) => Math.min(...values.filter((b) => b >= at).map((b) => mean(a, b)))),
  );
}

describe('isotonic calibration', () => {
  it('is the curve that never falls and is nearest to the answers, with ties', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { p, y } = randomRows(seed);
      const map = fitIsotonic(rowsOf(p, y));
      for (const at of p) {
        expect(calibrated({ maps: [map] }, at)).toBeCloseTo(isotonicOracle(p, y, at), 12);
      }
    }
  });

  it('is straight between its points and level beyond them, as scikit-learn has it', () => {
    const map = fitIsotonic(rowsOf([0.1, 0.2, 0.4, 0.6, 0.8], [0, 1, 0, 1, 1]));
    expect(map).toEqual({ method: 'isotonic', x: [0.1, 0.2, 0.4, 0.6, 0.8], y: [0, 0.5, 0.5, 1, 1] });
    expect([-1, 0.15, 0.3, 0.5, 7].map((at) => calibrated({ maps: [map] }, at))).toEqual([
      0,
      expect.closeTo(0.25, 12),
      0.5,
      expect.closeTo(0.75, 12),
      1,
    ]);
  });
});

describe('Platt calibration', () => {
  it('is where the likelihood of the smoothed answers is level', () => {
    for (let seed = 0; seed < 100; seed++) {
      const { p, y } = randomRows(seed, 60);
      const { slope, intercept } = fitPlatt(rowsOf(p, y));
      const ones = y.filter((value) => value === 1).length;
      let [bySlope, byIntercept] = [0, 0];
      p.forEach((value, i) => {
        const x = logOdds(value);
        const t = y[i] === 1 ? (ones + 1) / (ones + 2) : 1 / (y.length - ones + 2);
        const off = 1 / (1 + Math.exp(-(slope * x + intercept))) - t;
        bySlope += (off * x) / p.length;
        byIntercept += off / p.length;
      });
      expect(Math.abs(byIntercept), `seed ${seed}`).toBeLessThan(1e-6);
      // Where all predictions are one, any slope will do.
      if (new Set(p).size > 1) expect(Math.abs(bySlope), `seed ${seed}`).toBeLessThan(1e-5);
    }
  });

  it('has an answer of what separates both kinds, of one kind, and of equal predictions', () => {
    const separated = fitPlatt(rowsOf([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]));
    expect(separated.slope).toBeGreaterThan(0);
    expect(separated.slope).toBeLessThan(100);
    const level = fitPlatt(rowsOf([0.5, 0.5, 0.5], [0, 1, 1]));
    // A 1 counts as 3/4 and a 0 as 1/3.
    expect(calibrated({ maps: [level] }, 0.5)).toBeCloseTo((0.75 + 0.75 + 1 / 3) / 3, 9);
    expect(calibrated({ maps: [fitPlatt(rowsOf([0.2, 0.4], [1, 1]))] }, 0.3)).toBeCloseTo(0.75, 6);
  });
});

describe('calibration in folds', () => {
  const { p, y } = randomRows(3, 400);
  const asked = { method: 'isotonic', folds: 5, apply: true } as const;

  it('is the mean of what the other folds say, the same for the same seed', () => {
    const of = (seed: number) => fitCalibration(rowsOf(p, y), asked, randomFor(seed, 'folds'));
    const [first, again, other] = [of(1), of(1), of(2)];
    expect(first?.maps).toHaveLength(5);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const each = first!.maps.map((map) => calibrated({ maps: [map] }, 0.4));
    expect(calibrated(first!, 0.4)).toBeCloseTo(each.reduce((a, b) => a + b, 0) / 5, 12);
  });

  it('takes rows of both kinds in every fit, or there is none', () => {
    const few = (ones: number, folds: number) =>
      fitCalibration(
        rowsOf(
          [0.1, 0.2, 0.3, 0.9, 0.8],
          [1, 1, 1, 0, 0].map((_, i) => (i < ones ? 1 : 0)),
        ),
        { method: 'platt', folds, apply: false },
        randomFor(1, 'folds'),
      );
    expect(few(0, 1)).toBeUndefined();
    expect(few(5, 1)).toBeUndefined();
    expect(few(1, 1)).toMatchObject({ applied: false, maps: [{ method: 'platt' }] });
    expect(few(1, 5)).toBeUndefined();
    expect(few(2, 5)?.maps).toHaveLength(5);
  });
});

describe('bins of the calibration curve', () => {
  it('have their upper end, as calibration_curve of scikit-learn has them', () => {
    const at = [0, 0.05, 0.1, 0.1 + 1e-12, 0.3, 0.1 * 3, 0.7, 0.1 * 7, 0.1 * 7 + 1e-12, 1, 1.2, -3];
    const bins = calibrationBins(
      rowsOf(
        at,
        at.map(() => 1),
      ),
    );
    expect(bins.map(({ rows }) => rows)).toEqual([4, 1, 2, 0, 0, 0, 2, 1, 0, 2]);
    expect(bins[2]).toMatchObject({ from: 0.2, to: 0.3, ones: 2 });
  });
});

describe('thresholds', () => {
  it('are those of the best F1 and of a precision, by trying all', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { p, y } = randomRows(seed);
      const all = [...new Set(p)]
        .toSorted((a, b) => a - b)
        .map((threshold) => {
          const taken = y.filter((_, i) => p[i]! >= threshold);
          const right = taken.filter((value) => value === 1).length;
          const ones = y.filter((value) => value === 1).length;
          return { threshold, precision: right / taken.length, f1: (2 * right) / (taken.length + ones) };
        });
      const best = Math.max(...all.map(({ f1 }) => f1));
      const isOfOneKind = new Set(y).size === 1;
      expect(bestF1Threshold(rowsOf(p, y))).toBe(
        isOfOneKind ? null : all.find(({ f1 }) => f1 === best)!.threshold,
      );
      expect(thresholdOfPrecision(rowsOf(p, y), 0.75)).toBe(
        all.find(({ precision }) => precision >= 0.75)?.threshold ?? null,
      );
    }
  });

  it('of no rows are none', () => {
    expect(bestF1Threshold(rowsOf([], []))).toBeNull();
    expect(thresholdOfPrecision(rowsOf([], []), 0.5)).toBeNull();
  });
});
