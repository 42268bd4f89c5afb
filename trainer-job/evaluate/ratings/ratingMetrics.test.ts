import type { Metrics } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { randomFor, type Random } from '../../model/random.js';
import { ratingMeasurer, ratingMetrics } from './ratingMetrics.js';

const rows = (predicted: number[], actual: number[]) => ({
  predicted: Float64Array.from(predicted),
  actual: Float64Array.from(actual),
});
const numbers = (predicted: number[], actual: number[]) =>
  ratingMetrics(rows(predicted, actual), { isBinary: false }, 'test');
const answers = (predicted: number[], actual: number[], threshold?: number) =>
  ratingMetrics(
    rows(predicted, actual),
    { isBinary: true, ...(threshold !== undefined && { threshold }) },
    'test',
  );

interface Row {
  p: number;
  y: number;
  w: number;
}
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const total = (all: Row[], of: (row: Row) => number = () => 1) => sum(all.map((row) => row.w * of(row)));

/** Plainly by the definitions of scikit-learn's `r2_score`, `explained_variance_score`, … and SciPy's `pearsonr`, `spearmanr`. */
function numberOracle(given: Row[]): Metrics {
  const all = given.filter(({ w }) => w > 0);
  if (all.length === 0) return {};
  const mean = (of: (row: Row) => number) => total(all, of) / total(all);
  const [meanY, meanE] = [mean(({ y }) => y), mean(({ p, y }) => y - p)];
  const share = (unexplained: number, isNone: boolean) => {
    if (new Set(all.map(({ y }) => y)).size === 1) return isNone ? 1 : 0;
    return 1 - unexplained / total(all, ({ y }) => (y - meanY) ** 2);
  };
  const nonZero = all.filter(({ y }) => y !== 0);
  const areErrorsEqual = new Set(all.map(({ p, y }) => p - y)).size === 1;
  return {
    test_rmse: Math.sqrt(mean(({ p, y }) => (p - y) ** 2)),
    test_mae: mean(({ p, y }) => Math.abs(p - y)),
    ...(given.length >= 2 && {
      test_r2: share(
        total(all, ({ p, y }) => (p - y) ** 2),
        all.every(({ p, y }) => p === y),
      ),
    }),
    test_explained_variance: share(
      total(all, ({ p, y }) => (y - p - meanE) ** 2),
      areErrorsEqual,
    ),
    ...(nonZero.length > 0 && {
      test_mape: total(nonZero, ({ p, y }) => Math.abs((p - y) / y)) / total(nonZero),
    }),
    ...correlations(all),
  };
}

function correlations(all: Row[]): Metrics {
  if (new Set(all.map(({ p }) => p)).size === 1 || new Set(all.map(({ y }) => y)).size === 1) return {};
  const r = (a: number[], b: number[]) => {
    const mean = (x: number[]) => sum(x.map((value, i) => all[i]!.w * value)) / total(all);
    const about = (x: number[]) => x.map((value) => value - mean(x));
    const dot = (x: number[], z: number[]) => sum(x.map((value, i) => all[i]!.w * value * z[i]!));
    const [da, db] = [about(a), about(b)];
    return dot(da, db) / Math.sqrt(dot(da, da) * dot(db, db));
  };
  // The rank of a row among all rows, each as often as its weight says: those before it, and half of those equal to it.
  const ranks = (of: (row: Row) => number) =>
    all.map(
      (own) =>
        total(all, (row) => (of(row) < of(own) ? 1 : 0)) +
        (total(all, (row) => (of(row) === of(own) ? 1 : 0)) + 1) / 2,
    );
  const [p, y] = [({ p: value }: Row) => value, ({ y: value }: Row) => value];
  return { test_pearson: r(all.map(p), all.map(y)), test_spearman: r(ranks(p), ranks(y)) };
}

/** Plainly by the definitions of scikit-learn's `precision_score`, `roc_auc_score`, `average_precision_score`, `log_loss`, `brier_score_loss`, …. */
function answerOracle(given: Row[], threshold: number): Metrics {
  const all = given.filter(({ w }) => w > 0);
  if (all.length === 0) return {};
  const [ones, zeros] = [all.filter(({ y }) => y === 1), all.filter(({ y }) => y === 0)];
  const taken = (of: Row[], from: number) => total(of.filter(({ p }) => p >= from));
  const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b);
  const precisionAt = (from: number) => ratio(taken(ones, from), taken(all, from));
  const recallAt = (from: number) => ratio(taken(ones, from), total(ones));
  const [precision, recall] = [precisionAt(threshold), recallAt(threshold)];
  let [averagePrecision, before] = [0, 0];
  for (const from of [...new Set(all.map(({ p }) => p))].toSorted((a, b) => b - a)) {
    averagePrecision += (recallAt(from) - before) * precisionAt(from);
    before = recallAt(from);
  }
  const pairs = ones.flatMap((one) =>
    zeros.map((zero) => one.w * zero.w * (one.p > zero.p ? 1 : one.p === zero.p ? 0.5 : 0)),
  );
  const clipped = ({ p }: Row) => Math.min(1, Math.max(0, p));
  const logarithm = (p: number) => Math.log(Math.min(1 - 2 ** -52, Math.max(2 ** -52, p)));
  const edges = Array.from({ length: 9 }, (_, i) => (i + 1) * 0.1);
  const binOf = (row: Row) => edges.filter((edge) => edge < clipped(row)).length;
  const gaps = Array.from({ length: 10 }, (_, bin) => {
    const own = all.filter((row) => binOf(row) === bin);
    return Math.abs(total(own, clipped) - total(own, ({ y }) => y));
  });
  return {
    test_accuracy: (taken(ones, threshold) + total(zeros) - taken(zeros, threshold)) / total(all),
    test_precision: precision,
    test_recall: recall,
    test_f1: ratio(2 * precision * recall, precision + recall),
    ...(pairs.length > 0 && { test_auc: sum(pairs) / (total(ones) * total(zeros)) }),
    test_average_precision: averagePrecision,
    test_log_loss:
      -total(all, (row) => logarithm(row.y === 1 ? clipped(row) : 1 - clipped(row))) / total(all),
    test_brier: total(all, (row) => (clipped(row) - row.y) ** 2) / total(all),
    test_expected_calibration_error: sum(gaps) / total(all),
  };
}

/** Up to 20 rows, of a grid that makes ties or of any numbers; with weights that count rows, or any, or none. */
function randomCase(random: Random, binary: boolean): { given: Row[]; isWeighted: boolean } {
  const whole = (below: number) => Math.floor(random() * below);
  const [kind, weighting, kinds, scale] = [whole(3), whole(3), whole(5), 10 ** (whole(7) - 2)];
  const value = () => (kind === 0 ? whole(4) : kind === 1 ? whole(11) / 10 : random() * 3 - 1);
  const answer = () => (kinds === 0 ? 0 : kinds === 1 ? 1 : whole(2));
  const given = Array.from({ length: whole(20) }, () => ({
    p: binary ? (kind === 2 ? random() * 1.4 - 0.2 : whole(11) * 0.1) : scale * value(),
    y: binary ? answer() : kinds === 0 ? 2.5 : scale * value(),
    w: weighting === 0 ? 1 : weighting === 1 ? whole(3) : random() < 0.1 ? 0 : random() * 5,
  }));
  return { given, isWeighted: weighting > 0 };
}

/** What of the metrics is not as expected, in words. */
function differences(found: Metrics, expected: Metrics): string[] {
  const names = [...new Set([...Object.keys(found), ...Object.keys(expected)])];
  const isClose = (a: number | undefined, b: number | undefined) =>
    a !== undefined && b !== undefined && Math.abs(a - b) < 1e-9 * Math.max(1, Math.abs(b));
  return names
    .filter((name) => !isClose(found[name], expected[name]))
    .map((name) => `${name} is ${found[name]}, not ${expected[name]}`);
}

describe('metrics of predicted targets', () => {
  it.each([
    ['numbers', false],
    ['answers', true],
  ])(
    'of %s are those of the definitions, with ties, without rows, of one kind, with weights',
    (_what, isBinary) => {
      const random = randomFor(7, `metrics ${isBinary}`);
      for (let i = 0; i < 1000; i++) {
        const { given, isWeighted } = randomCase(random, isBinary);
        const threshold = isBinary ? Math.floor(random() * 11) * 0.1 : 0.5;
        const measure = ratingMeasurer(
          rows(
            given.map(({ p }) => p),
            given.map(({ y }) => y),
          ),
          { isBinary, threshold },
          'test',
        );
        const found = measure(isWeighted ? Float64Array.from(given, ({ w }) => w) : undefined);
        const expected = isBinary ? answerOracle(given, threshold) : numberOracle(given);
        const wrong = differences(found, expected);
        expect({ wrong, ...(wrong.length > 0 && { given, threshold }) }).toEqual({ wrong: [] });
      }
    },
  );

  it('of a row of weight 2 are those of two rows', () => {
    const given = rows([1, 2, 2, 4, 3], [1, 1, 3, 5, 2]);
    const measure = ratingMeasurer(given, { isBinary: false }, 'validation');
    const drawn = rows([1, 2, 2, 2, 2, 4], [1, 1, 1, 3, 3, 5]);
    expect(
      differences(
        measure(Float64Array.of(1, 2, 2, 1, 0)),
        ratingMetrics(drawn, { isBinary: false }, 'validation'),
      ),
    ).toEqual([]);
  });
});

describe('metrics of numbers', () => {
  it('are in the units of the target, or shares', () => {
    const metrics = numbers([2.5, 0, 2, 8], [3, -0.5, 2, 7]);
    // The examples of scikit-learn's pages of r2_score and explained_variance_score.
    expect(metrics['test_r2']).toBeCloseTo(0.948_608_137, 9);
    expect(metrics['test_explained_variance']).toBeCloseTo(0.957_173_447_5, 9);
    expect(metrics['test_mae']).toBeCloseTo(0.5, 12);
    // SciPy's page of spearmanr.
    expect(numbers([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])['test_spearman']).toBeCloseTo(0.820_782_68, 8);
  });

  it('explain all or nothing of targets that are all the same, and have no correlation', () => {
    const [right, off] = [numbers([2, 2], [2, 2]), numbers([3, 3], [2, 2])];
    expect(right).toEqual({
      test_rmse: 0,
      test_mae: 0,
      test_r2: 1,
      test_explained_variance: 1,
      test_mape: 0,
    });
    expect(off).toMatchObject({ test_r2: 0, test_explained_variance: 1 });
    expect(numbers([3, 1], [2, 2])).toMatchObject({ test_r2: 0, test_explained_variance: 0 });
    // What no binary fraction is, is the same all the same.
    expect(numbers([0.1, 0.1, 0.1], [1, 2, 3])).not.toHaveProperty('test_pearson');
  });

  it('leave out what one row, or targets of 0, do not have', () => {
    expect(numbers([1], [3])).toEqual({
      test_rmse: 2,
      test_mae: 2,
      test_explained_variance: 1,
      test_mape: 2 / 3,
    });
    expect(numbers([1, 2], [0, 0])).not.toHaveProperty('test_mape');
    expect(numbers([], [])).toEqual({});
    expect(numbers([1, NaN], [1, 2])).toEqual({});
  });
});

describe('metrics of answers', () => {
  it('tell the share of pairs in the right order, ties half, and the share of rows told right', () => {
    // Pairs of a 1 (0.8, 0.4) and a 0 (0.4, 0.6, 0.1): right, right, right; tie, wrong, right.
    const metrics = answers([0.8, 0.4, 0.4, 0.6, 0.1], [1, 1, 0, 0, 0]);
    expect(metrics['test_auc']).toBeCloseTo(4.5 / 6, 12);
    expect(metrics['test_accuracy']).toBeCloseTo(3 / 5, 12);
    // The example of scikit-learn's page of average_precision_score.
    expect(answers([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])['test_average_precision']).toBeCloseTo(0.8333, 4);
  });

  it('take targets between 0 and 1 for what they are nearer to', () => {
    expect(answers([0.9, 0.2, 0.4], [0.9, 0.1, 0.6])).toMatchObject({ test_accuracy: 2 / 3, test_auc: 1 });
  });

  it('take a row for a 1 from the threshold on', () => {
    expect(answers([0.3, 0.2], [1, 0], 0.3)).toMatchObject({ test_f1: 1, test_precision: 1, test_recall: 1 });
    expect(answers([0.3, 0.2], [1, 0], 0.31)).toMatchObject({
      test_f1: 0,
      test_precision: 0,
      test_recall: 0,
    });
  });

  it('have no order to tell of rows of one kind, and nothing of no rows', () => {
    const ones = answers([0.8, 0.4], [1, 1]);
    expect(ones).toMatchObject({ test_accuracy: 0.5, test_average_precision: 1, test_recall: 0.5 });
    expect(ones).not.toHaveProperty('test_auc');
    expect(answers([0.8, 0.4], [0, 0])).toMatchObject({ test_average_precision: 0, test_recall: 0 });
    expect(answers([], [])).toEqual({});
  });

  it('count a prediction that is sure and wrong as 36, and one beyond 0 … 1 as the end', () => {
    expect(answers([0, 1], [1, 1])['test_log_loss']).toBeCloseTo(18.0218, 4);
    expect(answers([1.5, -2], [1, 0])).toMatchObject({ test_brier: 0, test_expected_calibration_error: 0 });
  });

  it('of the training sample are those that its split has', () => {
    const found = ratingMetrics(rows([0.2, 0.7], [0, 1]), { isBinary: true }, 'train');
    expect(found).toEqual({ train_accuracy: 1, train_auc: 1 });
  });
});
