import { describe, expect, it } from 'vitest';
import { RESULT } from '../../test/support/callbacks.js';
import { epochRow } from '../../test/support/runView.js';
import { newRun } from '../../test/support/newRun.js';
import type { Metrics } from '../common.js';
import type { Run } from '../runs/run.js';
import { trainingSpecSchema, type TrainingSpecInput } from '../spec/trainingSpec.js';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { compareRuns } from './compareRuns.js';
import { MOST_POINTS, runComparisonSchema } from './runComparison.js';

const NOW = new Date('2026-11-20T19:18:25.000Z');
const digest = (n: number) => `sha256:${String(n).padStart(64, '0')}`;
const idOf = (n: number) => `${'a'.repeat(19)}${'abcdefghij'[n - 1] ?? 'z'}`;
const dataOf = (n: number): Run['data'] => ({
  uri: 'purchases.csv',
  fingerprint: digest(n),
  snapshot: null,
  rows: 1000 * n,
  digest: digest(n),
});

interface Made extends Partial<Run> {
  metrics?: Metrics;
  settings?: Partial<TrainingSpecInput>;
}

/** A completed run, or one of other parts; its number tells it apart. */
function run(runNumber: number, { metrics, settings = {}, ...parts }: Made = {}): Run {
  const spec = trainingSpecSchema.parse({ ...EXAMPLE_SPEC, ...settings });
  return newRun(NOW, {
    runId: idOf(runNumber),
    runNumber,
    spec,
    specDigest: JSON.stringify(settings),
    status: 'completed',
    data: dataOf(1),
    result: { ...RESULT, metrics: metrics ?? { test_recall_at_10: runNumber / 10, val_loss: 7 - runNumber } },
    ...parts,
  });
}

function compared(runs: readonly Run[], options: { baselineRunId?: string; metrics?: string[] } = {}) {
  const comparison = compareRuns(
    runs.map((one) => ({ run: one })),
    { baselineRunId: runs[0]!.runId, ...options },
  );
  // It is what the API promises, whatever was compared.
  expect(runComparisonSchema.safeParse(comparison).error).toBeUndefined();
  return comparison;
}

const metric = ({ metrics }: ReturnType<typeof compared>, name: string) =>
  metrics.find((one) => one.name === name)!;

describe('a comparison of runs', () => {
  it('has of each metric the values, the deltas to the first run, and what they come to', () => {
    const recall = metric(compared([run(1), run(2), run(6)]), 'test_recall_at_10');
    expect(recall).toMatchObject({ values: [0.1, 0.2, 0.6], count: 3, lacking: 0, min: 0.1, max: 0.6 });
    expect(recall.deltas.map((delta) => delta?.toFixed(9))).toEqual([
      '0.000000000',
      '0.100000000',
      '0.500000000',
    ]);
    expect(recall.mean).toBeCloseTo(0.3, 12);
    // ((0.2)² + (0.1)² + (0.3)²) / 2
    expect(recall.std).toBeCloseTo(Math.sqrt(0.07), 12);
  });

  it('goes by the direction of each metric: the error with the fewest letters is no loss by its name, and is better low', () => {
    const metrics = [
      { test_rmse: 0.9, test_recall_at_10: 0.3, val_loss: 5, learning_rate: 0.1, own_error: 2, own_score: 1 },
      { test_rmse: 1.2, test_recall_at_10: 0.4, val_loss: 4, learning_rate: 0.2, own_error: 1, own_score: 0 },
    ];
    const comparison = compared([run(1, { metrics: metrics[0]! }), run(2, { metrics: metrics[1]! })]);
    const best = Object.fromEntries(comparison.metrics.map(({ name, bestRunIds }) => [name, bestRunIds]));
    expect(best).toEqual({
      test_rmse: [idOf(1)],
      test_recall_at_10: [idOf(2)],
      val_loss: [idOf(2)],
      learning_rate: [],
      own_error: [idOf(2)],
      own_score: [idOf(1)],
    });
    expect(metric(comparison, 'learning_rate').better).toBeNull();
  });

  it('names all that tie for the best', () => {
    const same = { test_recall_at_10: 0.3 };
    const comparison = compared([
      run(1, { metrics: same }),
      run(2, { metrics: same }),
      run(3, { metrics: {} }),
    ]);
    expect(metric(comparison, 'test_recall_at_10')).toMatchObject({ bestRunIds: [idOf(1), idOf(2)], std: 0 });
  });

  it('says which metrics are lacking in how many runs', () => {
    const comparison = compared([run(1), run(2, { metrics: { val_loss: 3 } }), run(3)]);
    expect(metric(comparison, 'test_recall_at_10')).toMatchObject({
      values: [0.1, null, 0.3],
      count: 2,
      lacking: 1,
    });
    expect(comparison.notes).toEqual([
      '1 of 2 metrics is lacking in some runs: test_recall_at_10 in 1 of 3.',
    ]);
  });

  it('shows the newest epoch of a run that is not over, and leaves it out of what the results come to', () => {
    const open = run(2, {
      status: 'running',
      result: null,
      currentEpoch: 3,
      latestMetrics: { val_loss: 1 },
    });
    const waiting = run(3, { status: 'pending', result: null, latestMetrics: {} });
    const comparison = compared([run(1), open, waiting]);
    expect(metric(comparison, 'val_loss')).toMatchObject({
      values: [6, 1, null],
      count: 1,
      mean: 6,
      std: null,
      bestRunIds: [idOf(1)],
    });
    expect(comparison.runs.map(({ metricsOf }) => metricsOf)).toEqual(['result', 'newestEpoch', null]);
    expect(comparison.notes.slice(0, 2)).toEqual([
      'demo#2 is running: its metrics are those of epoch 3, and no part of mean, std, min, max and best.',
      'demo#3 has no metrics: pending.',
    ]);
  });

  it('takes deltas to another baseline, and tells of the metrics that were asked for alone, by either of their names', () => {
    const comparison = compared([run(1), run(2)], {
      baselineRunId: idOf(2),
      metrics: ['val_recall_at_10', 'val_loss', 'val_loss'],
    });
    expect(comparison.metrics.map(({ name }) => name)).toEqual(['recall_at_10', 'val_loss']);
    expect(metric(comparison, 'val_loss').deltas).toEqual([1, 0]);
    expect(metric(comparison, 'recall_at_10')).toMatchObject({
      values: [null, null],
      lacking: 2,
      mean: null,
    });
  });

  it('begins with what says most of the model, then the test split', () => {
    const metrics = {
      loss: 1,
      val_loss: 1,
      recall_at_10: 1,
      test_loss: 1,
      test_recall_at_10: 1,
      test_recall_at_100: 1,
    };
    const { metrics: told } = compared([run(1, { metrics }), run(2, { metrics })]);
    expect(told.map(({ name }) => name)).toEqual([
      'test_recall_at_100',
      'test_loss',
      'test_recall_at_10',
      'val_loss',
      'recall_at_10',
      'loss',
    ]);
  });
});

describe('what differs between runs', () => {
  it('is told by dotted keys, and what is the same is not', () => {
    const { specification } = compared([
      run(1, { settings: { training: { batchSize: 256, optimizer: { type: 'adam', learningRate: 0.1 } } } }),
      run(2, { settings: { training: { batchSize: 256, optimizer: { type: 'adam', learningRate: 0.2 } } } }),
      run(3, { settings: { training: { batchSize: 512, optimizer: { type: 'adam', learningRate: 0.2 } } } }),
    ]);
    expect(specification).toEqual([
      { key: 'training.batchSize', values: [256, 256, 512] },
      { key: 'training.optimizer.learningRate', values: [0.1, 0.2, 0.2] },
    ]);
  });

  it('has null where a run lacks a key', () => {
    const { specification } = compared([run(1), run(2, { settings: { tags: { team: 'red' } } })]);
    expect(specification).toEqual([{ key: 'tags.team', values: [null, 'red'] }]);
  });

  it('tells code and environment apart', () => {
    const environment = (gitCommit: string, cpuCount: number): Run['environment'] => ({
      code: { gitCommit, isDirty: false, lockfileDigest: null, image: null },
      machine: {
        system: 'Linux',
        architecture: 'x64',
        cpuModel: null,
        cpuCount,
        memoryMb: 1024,
        gpus: [],
        driver: null,
      },
      backend: null,
      versions: {},
      seeds: { split: cpuCount },
      variables: {},
    });
    const comparison = compared([
      run(1, { environment: environment('abc', 2) }),
      run(2, { environment: environment('def', 4) }),
    ]);
    expect(comparison.code).toEqual([{ key: 'gitCommit', values: ['abc', 'def'] }]);
    expect(comparison.environment).toEqual([{ key: 'machine.cpuCount', values: [2, 4] }]);
  });
});

describe('whether runs can be compared', () => {
  it('is said of those of the same rows, measured in the same way', () => {
    const tuned = run(2, { settings: { training: { batchSize: 64 }, evaluation: { k: [7] } } });
    expect(compared([run(1), tuned]).comparability).toEqual({
      verdict: 'comparable',
      reasons: [],
      groups: [[idOf(1), idOf(2)]],
    });
  });

  it.each<[string, Made, RegExp]>([
    [
      'of other rows',
      { data: dataOf(2) },
      /^They have other rows \(demo#1 and demo#3: 1,000 rows, sha256:0+…; demo#2: 2,000 rows/,
    ],
    [
      'of another split',
      { settings: { dataset: { ...EXAMPLE_SPEC.dataset, split: { strategy: 'random', seed: 7 } } } },
      /^The rows are split otherwise \(demo#1 and demo#3: strategy random, seed 42.*demo#2: strategy random, seed 7/,
    ],
    [
      'of another protocol',
      { settings: { evaluation: { protocol: 'perUser' } } },
      /^They are measured otherwise \(demo#1 and demo#3: per row, exclude none; demo#2: per user, exclude train\)\.$/,
    ],
  ])('is denied of those %s', (_case, made, reason) => {
    const { verdict, reasons, groups } = compared([run(1), run(2, made), run(3)]).comparability;
    expect(verdict).toBe('notComparable');
    expect(reasons).toEqual([expect.stringMatching(reason)]);
    expect(groups).toEqual([[idOf(1), idOf(3)], [idOf(2)]]);
  });

  it('is not known of one that has not read its rows', () => {
    const { verdict, reasons } = compared([run(1), run(2, { data: null })]).comparability;
    expect({ verdict, reasons }).toEqual({
      verdict: 'unknown',
      reasons: ['demo#2: it is not known which rows.'],
    });
  });
});

describe('curves', () => {
  it('are of the losses and of what says most on validation, an epoch each, and empty of a run without', () => {
    const runs = [run(1), run(2)];
    const { curves } = compareRuns(
      [
        { run: runs[0]!, epochs: [epochRow(1), epochRow(2)] },
        { run: runs[1]!, epochs: [] },
      ],
      { baselineRunId: runs[0]!.runId },
    );
    expect(curves?.map(({ name }) => name)).toEqual(['loss', 'val_loss', 'recall_at_100']);
    expect(curves?.[1]).toEqual({
      name: 'val_loss',
      better: 'lower',
      series: [
        {
          points: [
            { epoch: 1, value: 6.5 },
            { epoch: 2, value: 5.5 },
          ],
          everyNth: 1,
        },
        { points: [], everyNth: 1 },
      ],
    });
  });

  it('of many epochs are thinned, and say so, with the last one', () => {
    const epochs = Array.from({ length: 3 * MOST_POINTS + 2 }, (_, i) => epochRow(i + 1));
    const { curves } = compareRuns([{ run: run(1), epochs }, { run: run(2) }], { baselineRunId: idOf(1) });
    const [series] = curves![0]!.series;
    expect(series!.everyNth).toBe(4);
    expect(series!.points.length).toBeLessThanOrEqual(MOST_POINTS + 1);
    expect(series!.points.at(-1)!.epoch).toBe(epochs.length);
  });
});
