/** A metric that nobody computes, put into the table and nowhere else: whatever knows a metric must then know it. */
import type * as tableModule from '../../shared/metrics/table.js';
import type { MetricFamily } from '../../shared/metrics/family.js';
import {
  bestRunsQuerySchema,
  checkGates,
  formatMetric,
  isLowerBetter,
  listRunsQuerySchema,
  metricsPage,
  ratingSchema,
  runResultSchema,
  targetSchema,
  trainingSpecSchema,
} from '@trainyard/shared';
import { describe, expect, it, vi } from 'vitest';
import { openApiDocument } from '../../functions/api/openapi/document.js';
import { routes } from '../../functions/api/routes.js';
import { messageOf, metricRows } from '../../functions/notify/message.js';
import { queries } from '../../functions/queries.js';
import { happenings } from '../../local/watch/happenings.js';
import { outcome } from '../../local/watch/outcome.js';
import { applyEvent, startWatching } from '../../local/watch/watchState.js';
import { runLines } from '../../local/commands/list.js';
import { ConsoleReporter } from '../../trainer-job/report/consoleReporter.js';
import { afterEpoch, bestFirst, NONE_SO_FAR } from '../../trainer-job/train/optimize/earlyStopping.js';
import { requiredIndex } from '../rules/requiredIndexes.js';
import { orderIndexes } from '@trainyard/shared';
import { endedRun } from '../support/endedRun.js';
import { EXAMPLE_SPEC } from '../support/newRun.js';
import { epochRow, runView } from '../support/runView.js';

vi.mock(import('../../shared/metrics/table.js'), async (importOriginal) => {
  const original: typeof tableModule = await importOriginal();
  const common = {
    display: { as: 'number', digits: 4 },
    columns: ['epochs', 'result'],
    splits: ['validation', 'test'],
    formula: 'Nobody knows.',
    source: { title: 'A paper', url: 'https://example.org/' },
  } as const;
  const invented = {
    /** Of lists, at each K, of which less is better. */
    surprise: {
      ...common,
      name: 'surprise',
      title: 'Surprise at K',
      better: 'lower',
      models: ['retrieval', 'hybrid'],
      unprefixed: 'validation',
      perK: true,
      orderedOn: ['validation', 'test'],
      baselines: 'retrieval',
    },
    /** Of targets, shown as money. */
    regret: {
      ...common,
      name: 'regret',
      title: 'Regret',
      better: 'lower',
      models: ['ranking', 'hybrid'],
      targets: ['number'],
      perK: false,
      display: { as: 'currency', currency: 'USD', digits: 2 },
      orderedOn: ['test'],
      baselines: 'rating',
    },
  } as const satisfies Record<string, MetricFamily>;
  return { METRICS: { ...original.METRICS, ...invented } };
});

const RATED = {
  model: { type: 'ranking' },
  features: { ...EXAMPLE_SPEC.features, target: { column: 'rating' } },
} as const;

function mistakes(changes: object): string[] {
  const parsed = trainingSpecSchema.safeParse({ ...EXAMPLE_SPEC, ...changes });
  return (parsed.error?.issues ?? []).map(({ message }) => message);
}

const RESULT = runResultSchema.parse({
  metrics: { val_loss: 2, test_surprise_at_10: 0.25, test_recall_at_10: 0.5 },
  baselines: { popularity: { test_surprise_at_10: 0.75, test_recall_at_10: 0.1 } },
  artifacts: {},
  epochsTrained: 1,
  bestEpoch: 1,
  earlyStoppedAtEpoch: null,
  backend: 'cpu',
  examplesPerSecond: 1,
});

describe('a metric that only the table knows', () => {
  it('can be monitored by the models that have it, by either name, and the others are told what there is', () => {
    for (const monitor of ['surprise_at_10', 'val_surprise_at_10']) {
      const training = { earlyStopping: { monitor }, schedule: { type: 'plateau', monitor } };
      const spec = trainingSpecSchema.parse({ ...EXAMPLE_SPEC, training });
      expect(spec.training.earlyStopping).toMatchObject({ monitor: 'surprise_at_10' });
      expect(spec.training.schedule).toMatchObject({ monitor: 'surprise_at_10' });
    }
    expect(mistakes({ ...RATED, training: { earlyStopping: { monitor: 'val_regret' } } })).toEqual([]);
    const [refusal, ...others] = mistakes({ training: { earlyStopping: { monitor: 'val_regret' } } });
    expect(others).toEqual([]);
    expect(refusal).toMatch(
      /^a retrieval model has no val_regret to monitor: take val_loss, recall_at_K, .* or surprise_at_K$/,
    );
  });

  it('makes an epoch the best where it is least, and stops where it grows', () => {
    const monitored = { monitor: 'surprise_at_10', patience: 1, minDelta: 0 };
    const first = afterEpoch(NONE_SO_FAR, 1, { surprise_at_10: 0.5 }, monitored);
    expect(afterEpoch(first, 2, { surprise_at_10: 0.6 }, monitored).bestEpoch).toBe(1);
    expect(afterEpoch(first, 2, { surprise_at_10: 0.4 }, monitored).bestEpoch).toBe(2);
    const epochs = [0.3, 0.1, 0.2].map((value) => ({ metrics: { surprise_at_10: value } }));
    expect(bestFirst(epochs, 'surprise_at_10').map(({ metrics }) => metrics.surprise_at_10)).toEqual([
      0.1, 0.2, 0.3,
    ]);
  });

  it('can be gated, beside its baselines too, and is judged by its own direction', () => {
    const gates = [{ metric: 'test_surprise_at_10', atMost: 0.3, aboveBaseline: 'popularity' as const }];
    expect(mistakes({ evaluation: { gates } })).toEqual([]);
    expect(checkGates(gates, RESULT)).toMatchObject([{ value: 0.25, passed: true }]);
    expect(mistakes({ evaluation: { gates: [{ metric: 'test_regret', atMost: 1 }] } })).toEqual([
      expect.stringMatching(/on the test split there is .*test_surprise_at_K/),
    ]);
    expect(isLowerBetter('test_surprise_at_10')).toBe(true);
  });

  it('orders runs, by queries that have their indexes', () => {
    expect(bestRunsQuerySchema.parse({ metric: 'val_surprise_at_5' }).metric).toBe('surprise_at_5');
    for (const metric of ['test_surprise_at_50', 'test_regret']) {
      expect(listRunsQuerySchema.parse({ bestBy: metric }).bestBy).toBe(metric);
      expect(bestRunsQuerySchema.parse({ metric }).metric).toBe(metric);
      const query = queries.bestRunsOfModel('m', metric, { tag: 'a=b' }, { limit: 1 });
      expect(query.orderBy).toEqual([{ field: `result.metrics.${metric}`, direction: 'asc' }]);
      expect(orderIndexes()).toContainEqual(requiredIndex(query));
    }
  });

  it('is a column of the terminal, of epochs and of results, and of the list of runs', () => {
    const metrics = { loss: 2, val_loss: 3, surprise_at_10: 0.125 };
    const layout = { width: 200, color: false };
    const state = [
      { event: 'run' as const, data: runView() },
      { event: 'epoch' as const, data: epochRow(1, { metrics }) },
    ].reduce((current, event) => applyEvent(current, event, 0), startWatching(0));
    expect(happenings(startWatching(0), state, layout).join('\n')).toMatch(/surprise@10 .*\n.* 0\.1250/);
    const run = runView({ status: 'completed', result: RESULT });
    expect(outcome(run, layout).join('\n')).toMatch(/surprise@10[^]*this model .* 0\.2500/);

    const { model, features } = trainingSpecSchema.parse({ ...EXAMPLE_SPEC, ...RATED });
    const rated = runView({
      spec: { ...runView().spec, model, features },
      status: 'completed',
      result: { ...RESULT, metrics: { test_rmse: 2, test_regret: 1.5 }, baselines: {} },
    });
    expect(outcome(rated, layout).join('\n')).toMatch(/rmse +mae +regret\n +this model +2\.0000 +– +\$1\.50/);
    expect(runLines([{ ...rated, latestMetrics: { test_rmse: 2 } }], 200)[0]).toContain('rmse');
  });

  it('is printed by the trainer at its end, and told in notifications', () => {
    const written: string[] = [];
    const reporter = new ConsoleReporter({ write: (text) => written.push(text), isTTY: false });
    reporter.completed(RESULT);
    expect(written.join('')).toMatch(/test_surprise_at_10 +model 0\.2500 +popularity 0\.7500/);
    expect(written.join('')).not.toContain('test_mean_rank');
    reporter.completed({ ...RESULT, metrics: { ...RESULT.metrics, test_mean_rank: 17.5 } }, 'test_mean_rank');
    expect(written.join('')).toMatch(/test_mean_rank +model 17\.5/);
    const message = messageOf(endedRun('completed', { result: RESULT }), 'completed', undefined);
    expect(metricRows(message)).toContainEqual(['test_surprise_at_10', '0.2500', '0.7500']);
    expect(formatMetric('test_regret', 1234.5)).toBe('$1,234.50');
  });

  it('is in the description of the API, of monitors, gates and orderings', () => {
    const document = openApiDocument(routes);
    const described = JSON.stringify(document);
    expect(described).toContain('"test_surprise_at_100"');
    expect(described).toMatch(/The metric of the epochs[^"]*surprise_at_K[^"]*val_regret/);
    expect(described).toMatch(/The metric of the result[^"]*test_surprise_at_K/);
  });

  it('has a section on the reference page', () => {
    const page = metricsPage();
    expect(page).toContain('## Surprise at K\n\nNobody knows.');
    expect(page).toContain('`surprise_at_K` (validation; alias `val_surprise_at_K`)');
    expect(page).toContain('- `test_surprise_at_100`');
    expect(page).toContain('- **Shown as**: an amount of USD, 2 digits');
  });

  it('stays out of what such a model has not', () => {
    const target = targetSchema.parse({ column: 'rating', threshold: 4 });
    const rating = ratingSchema.parse({});
    const features = { ...EXAMPLE_SPEC.features, target };
    const training = { earlyStopping: { monitor: 'val_regret' } };
    expect(mistakes({ model: { type: 'ranking', rating }, features, training })).toEqual([
      'a ranking model of a yes or no target has no val_regret to monitor: take val_loss, val_auc, val_accuracy, val_precision, val_recall, val_f1, ' +
        'val_average_precision, val_log_loss, val_brier or val_expected_calibration_error',
    ]);
  });
});
