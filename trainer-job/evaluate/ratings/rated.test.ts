import { type TrainingSpecInput, trainingSpecSchema } from '@trainyard/shared';
import { beforeAll, describe, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { ratedDataset, ratedSpec } from '../../../test/support/training/ratedDataset.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { evaluateModel } from '../evaluateModel.js';

beforeAll(useWasm);

/** A sixth of the rows are ones, which a model as it starts takes for half of them. */
const target = { column: 'rating', threshold: 4.5 };
const model = { type: 'ranking' as const, rating: { loss: { type: 'binaryCrossEntropy' as const } } };

/** A model as it starts, on data of ones and zeros, with few draws for intervals, at which nothing here looks. */
async function evaluated(evaluation: TrainingSpecInput['evaluation'], data = ratedDataset(target)) {
  const few = { bootstrapDraws: 200, ...evaluation };
  const spec = trainingSpecSchema.parse({ ...ratedSpec(model, {}, target), evaluation: few });
  return evaluateModel({ model: new TwoTowerModel(data, spec), data, spec });
}

function withoutValidation(data: EncodedDataset): EncodedDataset {
  const none = { count: 0, query: new Int32Array(), item: new Int32Array(), target: new Float32Array() };
  return { ...data, splits: { ...data.splits, validation: none } };
}

describe('predicted answers', () => {
  it('are of so many users as have rows with a target', async () => {
    const data = ratedDataset(target);
    const { test } = data.splits;
    const user = (row: number) => data.query.ids[test.query[row]!]!;
    const some = test.target!.map((value, row) => (user(row) % 2 === 0 ? NaN : value));
    const { findings } = await evaluated(
      {},
      {
        ...data,
        splits: { ...data.splits, test: { ...test, target: some } },
      },
    );
    const known = Array.from(test.item, (_, row) => row).filter(
      (row) => test.item[row] !== 0 && user(row) !== 0 && !Number.isNaN(some[row]!),
    );
    expect(findings.measured).toMatchObject({ rows: known.length, users: new Set(known.map(user)).size });
    expect(findings.measured.rowsOfSplit).toBe(test.count);
  });

  it('have a confusion matrix, a curve of ten bins, and the thresholds that validation rows tell', async () => {
    const { metrics, findings, baselines, calibration } = await evaluated({ precision: 0.6 });
    const { confusion, uncalibrated, calibrated, threshold, thresholds } = findings.yesOrNo!;
    const { truePositives, trueNegatives, falsePositives, falseNegatives } = confusion;
    const rows = metrics['test_rows']!;
    expect(truePositives + trueNegatives + falsePositives + falseNegatives).toBe(rows);
    expect((truePositives + trueNegatives) / rows).toBeCloseTo(metrics['test_accuracy']!, 12);
    expect(uncalibrated.bins).toHaveLength(10);
    expect(uncalibrated.bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows);
    expect(uncalibrated.expectedCalibrationError).toBe(metrics['test_expected_calibration_error']);
    expect({ threshold, calibrated, calibration }).toEqual({
      threshold: 0.5,
      calibrated: null,
      calibration: null,
    });
    expect(thresholds).toEqual({
      bestF1: expect.any(Number),
      ofPrecision: {
        precision: 0.6,
        threshold: expect.toSatisfy((x) => x === null || typeof x === 'number'),
      },
    });
    expect(Object.keys(baselines['userItemMean']!)).toEqual(
      Object.keys(metrics).filter((name) => !/_(loss|rows)$/.test(name) || name === 'test_log_loss'),
    );
  });

  it.each(['isotonic', 'platt'] as const)(
    'calibrated by %s are nearer to the shares of ones',
    async (method) => {
      const plain = await evaluated({});
      const applied = await evaluated({ calibration: { method } });
      const shown = await evaluated({ calibration: { method, apply: false } });
      const error = 'test_expected_calibration_error';
      expect(applied.metrics[error]).toBeLessThan(plain.metrics[error]!);
      expect(applied.metrics['test_log_loss']).toBeLessThan(plain.metrics['test_log_loss']!);
      expect(applied.findings.yesOrNo).toMatchObject({
        uncalibrated: { expectedCalibrationError: plain.metrics[error] },
        calibrated: { expectedCalibrationError: applied.metrics[error], method, applied: true },
      });
      expect(applied.calibration).toMatchObject({ applied: true, maps: { length: 5 } });
      // What is not applied is told all the same.
      expect(shown.metrics).toEqual(plain.metrics);
      expect(shown.findings.yesOrNo!.calibrated).toMatchObject({
        expectedCalibrationError: applied.metrics[error],
        applied: false,
      });
      expect(applied.baselines).toEqual(plain.baselines);
    },
  );

  it('count from a threshold that each method finds for itself', async () => {
    const plain = await evaluated({});
    const { metrics, findings } = await evaluated({ threshold: 'bestF1' });
    expect(findings.yesOrNo!.threshold).toBe(findings.yesOrNo!.thresholds.bestF1);
    expect(metrics['test_f1']).toBeGreaterThan(plain.metrics['test_f1']!);
    const settings = findings.methods.map((method) => method.settings['threshold']);
    expect(settings).toEqual([expect.any(Number), expect.any(Number)]);
    expect(new Set(settings).size).toBe(2);
  });

  it('without validation rows are neither calibrated nor is a threshold found, and it is said', async () => {
    const { findings, calibration } = await evaluated(
      { calibration: {}, threshold: 'bestF1' },
      withoutValidation(ratedDataset(target)),
    );
    expect(calibration).toBeNull();
    expect(findings.yesOrNo).toMatchObject({
      threshold: 0.5,
      calibrated: null,
      thresholds: { bestF1: null },
    });
    expect(findings.leftOut).toMatchObject([
      {
        what: 'the calibration of predictions',
        why: expect.stringContaining('of 0 validation rows 0 are ones'),
      },
      { what: 'a threshold found on the validation rows' },
      { what: 'slices by season' },
    ]);
  });
});

describe('a specification of a numeric target', () => {
  const problems = (evaluation: TrainingSpecInput['evaluation']) =>
    trainingSpecSchema
      .safeParse({ ...ratedSpec({ type: 'ranking' }), evaluation })
      .error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);

  it('is refused where it asks for what only answers have', () => {
    const why =
      'is of answers, yes or no, and a ranking model of a numeric target predicts numbers: leave it out, or set features.target.threshold or the loss binaryCrossEntropy';
    expect(problems({ calibration: {}, precision: 0.9, threshold: 0.4 })).toEqual([
      `evaluation.threshold ${why}`,
      `evaluation.precision ${why}`,
      `evaluation.calibration ${why}`,
    ]);
    expect(problems({ threshold: 0.5 })).toBeUndefined();
    expect(problems({ threshold: 'ofPrecision' })).toContain(
      'evaluation.threshold is ofPrecision: say which, as evaluation.precision 0.9',
    );
  });
});
