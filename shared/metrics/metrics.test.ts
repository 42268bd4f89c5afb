import { describe, expect, it } from 'vitest';
import { bestRunsQuerySchema, listRunsQuerySchema } from '../http/bodies.js';
import { checkGates } from '../runs/gates.js';
import { storedSpecSchema, trainingSpecSchema } from '../spec/trainingSpec.js';
import { isBetter, isLowerBetter } from './direction.js';
import { formatMetric, metricTitle } from './display.js';
import { METRIC_SPLITS, type MetricFamily, type MetricSplit } from './family.js';
import { metricPattern, namesOf } from './availability.js';
import { canonicalMetricName, metricName, metricSplit, metricValue, parseMetricName } from './names.js';
import { metricRange } from './range.js';
import { METRICS } from './table.js';

const families: readonly MetricFamily[] = Object.values(METRICS);
const BASE = {
  dataset: { source: { uri: 'rows.csv' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true }],
    candidate: [{ column: 'item', transform: 'lookup', id: true }],
  },
};

function problems(changes: object): string[] {
  const parsed = trainingSpecSchema.safeParse({ ...BASE, ...changes });
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

/** The metrics of a retrieval model on a split, K as a letter, in words. */
function listed(split: MetricSplit, isMeant: (family: MetricFamily) => boolean = () => true): string {
  const names = families
    .filter(
      (family) => family.models.includes('retrieval') && family.splits.includes(split) && isMeant(family),
    )
    .map((family) => metricPattern(family, split));
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

describe('the name of a metric', () => {
  it('is read as it was made, of every family, split and K', () => {
    for (const family of families) {
      for (const split of family.splits) {
        for (const name of namesOf(family, split, [1, 10, 100])) {
          expect(parseMetricName(name)).toMatchObject({ family: { name: family.name }, split });
          expect(canonicalMetricName(name)).toBe(name);
        }
      }
    }
  });

  it('belongs to one family and split only', () => {
    const names = families.flatMap((family) => family.splits.flatMap((split) => namesOf(family, split, [1])));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    [metricName(METRICS.recall, 'test', 10), 'test_recall_at_10'],
    [metricName(METRICS.recall, 'validation', 10), 'recall_at_10'],
    [metricName(METRICS.recall, 'train', 10), 'train_recall_at_10'],
    [metricName(METRICS.loss, 'training'), 'loss'],
    [metricName(METRICS.loss, 'validation'), 'val_loss'],
    [metricName(METRICS.rmse, 'test'), 'test_rmse'],
    [metricName(METRICS.learningRate, 'training'), 'learning_rate'],
  ])('%s is as it has been', (made, expected) => {
    expect(made).toBe(expected);
  });

  it.each([
    'rmse',
    'recall_at_0',
    'recall_at_',
    'recall',
    'val_rows',
    'test_learning_rate',
    'training_loss',
    'x',
  ])('%s is none that the table knows', (name) => {
    expect(parseMetricName(name)).toBeUndefined();
    expect(canonicalMetricName(name)).toBe(name);
  });

  it('has a split even where the table does not know it', () => {
    expect(['test_clicks', 'val_clicks', 'train_clicks', 'clicks'].map((name) => metricSplit(name))).toEqual([
      'test',
      'validation',
      'train',
      'training',
    ]);
    expect(METRIC_SPLITS).toContain(metricSplit('recall_at_10'));
    expect(metricSplit('recall_at_10')).toBe('validation');
  });
});

describe('val_recall_at_K', () => {
  it('is another name of recall_at_K, whichever a value is stored under', () => {
    expect(canonicalMetricName('val_recall_at_10')).toBe('recall_at_10');
    for (const asked of ['recall_at_10', 'val_recall_at_10']) {
      expect(metricValue({ recall_at_10: 0.5 }, asked)).toBe(0.5);
      expect(metricValue({ val_recall_at_10: 0.5 }, asked)).toBe(0.5);
      expect(metricValue({ test_recall_at_10: 0.5 }, asked)).toBeUndefined();
    }
  });

  it('can be monitored and gated', () => {
    const spec = trainingSpecSchema.parse({
      ...BASE,
      training: {
        earlyStopping: { monitor: 'val_recall_at_10' },
        schedule: { type: 'plateau', monitor: 'val_recall_at_5' },
      },
      evaluation: { gates: [{ metric: 'val_recall_at_10', atLeast: 0.3 }] },
    });
    expect(spec.training.earlyStopping).toMatchObject({ monitor: 'recall_at_10' });
    expect(spec.training.schedule).toMatchObject({ monitor: 'recall_at_5' });
    const result = {
      metrics: { recall_at_10: 0.4 },
      baselines: {},
      artifacts: {},
      epochsTrained: 1,
      bestEpoch: 1,
      earlyStoppedAtEpoch: null,
      backend: 'cpu' as const,
      examplesPerSecond: 1,
    };
    expect(checkGates(spec.evaluation.gates, result)).toMatchObject([
      { metric: 'recall_at_10', passed: true },
    ]);
    expect(checkGates([{ metric: 'val_recall_at_10', atLeast: 0.5 }], result)).toMatchObject([
      { value: 0.4, passed: false },
    ]);
  });
});

describe('which way is better', () => {
  it.each([
    ['loss', true],
    ['test_retrieval_loss', true],
    ['val_rmse', true],
    ['test_mae', true],
    ['recall_at_10', false],
    ['test_auc', false],
    ['val_accuracy', false],
    // Not of the table: judged by how they end.
    ['test_mse', true],
    ['my_loss', true],
    ['query_rmse', true],
    ['relative_error', true],
    ['clicks', false],
    ['glossy', false],
  ])('of %s: less is %s', (name, lower) => {
    expect(isLowerBetter(name)).toBe(lower);
    expect(isBetter(name, 1, 2)).toBe(lower);
    expect(isBetter(name, 1, 1)).toBe(false);
  });
});

describe('a value', () => {
  it.each([
    ['test_recall_at_10', 0.34321, '0.3432'],
    ['test_recall_at_10', 0.00012, '0.0001'],
    ['val_loss', 6.5, '6.5000'],
    ['val_loss', 0, '0.0000'],
    ['learning_rate', 0.0001234, '0.000123'],
    ['test_rows', 12_497, '12,497'],
    ['test_clicks', -3.25, '-3.2500'],
  ])('of %s is written with its digits: %d', (name, value, text) => {
    expect(formatMetric(name, value)).toBe(text);
  });

  it('that is not there is a dash', () => {
    expect(formatMetric('val_loss', undefined)).toBe('–');
  });

  it('has a title with its split, unless the table around says it', () => {
    expect(metricTitle('val_loss')).toBe('val loss');
    expect(metricTitle('recall_at_10')).toBe('recall@10');
    expect(metricTitle('test_recall_at_10', 'test')).toBe('recall@10');
    expect(metricTitle('test_retrieval_loss')).toBe('test retrieval loss');
    expect(metricTitle('clicks')).toBe('clicks');
  });
});

describe('a request', () => {
  it.each([
    [
      'a gate on a metric that nobody knows',
      { evaluation: { gates: [{ metric: 'test_recal_at_10', atLeast: 1 }] } },
      `evaluation.gates.0.metric: a retrieval model has no test_recal_at_10: on the test split there is ${listed('test')}`,
    ],
    [
      'a gate on a metric of another kind of model',
      { evaluation: { gates: [{ metric: 'val_rmse', atMost: 1 }] } },
      `evaluation.gates.0.metric: a retrieval model has no val_rmse: on the validation split there is ${listed('validation')}`,
    ],
    [
      'a gate at a K that is not measured',
      { evaluation: { k: [5, 10], gates: [{ metric: 'test_recall_at_20', atLeast: 0.1 }] } },
      'evaluation.gates.0.metric: test_recall_at_20 has a gate but evaluation.k is [5, 10]: add 20 to it',
    ],
    [
      'a monitor at a K that is not measured',
      { training: { earlyStopping: { monitor: 'val_recall_at_20' } } },
      'training.earlyStopping.monitor: recall_at_20 is monitored but evaluation.k is [5, 10, 50, 100]: add 20 to it',
    ],
    [
      'a gate on the training rows, of which no sample is evaluated',
      { evaluation: { gates: [{ metric: 'train_loss', atMost: 1 }] } },
      'evaluation.gates.0.metric: train_loss is measured only where evaluation.trainSample asks for training rows',
    ],
    [
      'a baseline that is not measured by that metric',
      { evaluation: { gates: [{ metric: 'val_loss', aboveBaseline: 'history' }] } },
      `evaluation.gates.0.aboveBaseline: this baseline has no val_loss: take ${listed('test', ({ baselines }) => baselines === 'retrieval')}`,
    ],
    [
      'a baseline of another kind of model',
      { evaluation: { gates: [{ metric: 'test_recall_at_10', aboveBaseline: 'globalMean' }] } },
      'evaluation.gates.0.aboveBaseline: a retrieval model has no metric that this baseline has',
    ],
    [
      'recent popularity of rows without times',
      { evaluation: { gates: [{ metric: 'test_recall_at_10', aboveBaseline: 'recentPopularity' }] } },
      'evaluation.gates.0.aboveBaseline: recentPopularity needs to know when rows were, and dataset.split.strategy is random: take time, timeHoldout, strictTemporal, leaveOneOut or lastN, or the baseline popularity',
    ],
    [
      'a baseline that is not asked for',
      {
        evaluation: {
          baselines: ['history'],
          gates: [{ metric: 'test_recall_at_10', aboveBaseline: 'popularity' }],
        },
      },
      'evaluation.gates.0.aboveBaseline: evaluation.baselines is [history]: add popularity to it',
    ],
    [
      'a monitor that is no metric of the validation split',
      { training: { earlyStopping: { monitor: 'test_loss' } } },
      `training.earlyStopping.monitor: a retrieval model has no test_loss to monitor: take ${listed('validation', ({ better }) => better !== null)}`,
    ],
  ])('is refused for %s', (_what, changes, message) => {
    expect(problems(changes)).toEqual([message]);
  });

  it('may gate whatever the result of such a model has', () => {
    const metrics = [
      'loss',
      'learning_rate',
      'train_loss',
      'val_loss',
      'recall_at_5',
      'test_recall_at_5',
      'test_rows',
    ];
    const gates = metrics.map((metric) => ({ metric, atLeast: 0.1 }));
    expect(problems({ evaluation: { trainSample: 100, gates } })).toEqual([]);
  });

  it('orders lists of the store by what has an index, and the best runs, which summaries find, by any', () => {
    expect(listRunsQuerySchema.safeParse({ bestBy: 'test_recall_at_20' }).success).toBe(false);
    expect(bestRunsQuerySchema.parse({ metric: 'val_recall_at_20' }).metric).toBe('recall_at_20');
    expect(bestRunsQuerySchema.safeParse({ metric: 'Recall@20' }).success).toBe(false);
  });
});

describe('a primary metric', () => {
  it('is one that other methods have too', () => {
    const primary = (primaryMetric: string) => problems({ evaluation: { primaryMetric } });
    expect(primary('test_mrr_at_10')).toEqual([]);
    for (const metric of ['test_loss', 'test_coverage_at_10'])
      expect(primary(metric)).toEqual([expect.stringContaining(`no other method has a ${metric}`)]);
  });
});

describe('what is recorded', () => {
  it('is read whatever metrics its specification monitors and gates', () => {
    const recorded = {
      ...BASE,
      training: { earlyStopping: { monitor: 'val_clicks' } },
      evaluation: { gates: [{ metric: 'test_clicks', atLeast: 1, aboveBaseline: 'history' }] },
    };
    expect(problems(recorded)).toHaveLength(2);
    expect(storedSpecSchema.parse(recorded).training.earlyStopping).toMatchObject({ monitor: 'val_clicks' });
  });
});

describe('the range of a metric', () => {
  it.each([
    ['test_auc', 0, 1],
    ['test_recall_at_10', 0, 1],
    ['test_rmse', 0, Infinity],
    ['test_r2', -Infinity, 1],
    ['val_pearson', -1, 1],
    ['test_popularity_lift_at_5', -1, Infinity],
  ])('%s is from %d to %d', (metric, least, greatest) => {
    expect(metricRange(metric)).toEqual({ least, greatest });
  });

  it('of a name that nobody knows is not known', () => {
    expect(metricRange('test_happiness')).toBeUndefined();
  });
});

describe('a value that is written as 0', () => {
  it('has no minus', () => {
    expect([-0.00002, -0, 0.00002].map((value) => formatMetric('test_recall_at_10', value))).toEqual([
      '0.0000',
      '0.0000',
      '0.0000',
    ]);
    expect(formatMetric('test_r2', -0.00002)).toBe('-0.0000200');
  });
});
