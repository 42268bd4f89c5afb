import { beforeAll, describe, expect, it } from 'vitest';
import type { Target, TrainingSpec, TrainingSpecInput } from '@trainyard/shared';
import { useWasm } from '../../../test/support/training/backend.js';
import { ratedDataset, ratedSpec } from '../../../test/support/training/ratedDataset.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { evaluateModel } from '../../evaluate/evaluateModel.js';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { EpochReport } from './trainRequest.js';
import { trainModel } from './trainModel.js';
import { trainingStep } from '../batch/trainingStep.js';

beforeAll(useWasm);

type Model = NonNullable<TrainingSpecInput['model']>;

const training = {
  epochs: 20,
  batchSize: 128,
  optimizer: { type: 'adam' as const, learningRate: 0.02 },
};

async function train(data: EncodedDataset, spec: TrainingSpec, folder?: string, steps = Infinity) {
  const epochs: EpochReport[] = [];
  let asked = 0;
  const outcome = await trainModel({
    data,
    spec,
    checkpointDirectory: folder ?? (await temporaryFolder()),
    onEpoch: (report) => epochs.push(report),
    onProgress: () => {},
    onCheckpoint: () => {},
    onLog: () => {},
    stopRequested: () => ++asked > steps,
  });
  return { outcome, epochs };
}

async function trained(data: EncodedDataset, spec: TrainingSpec) {
  const { outcome, epochs } = await train(data, spec);
  if (outcome.kind !== 'trained') throw new Error(outcome.kind);
  return { epochs, ...(await evaluateModel({ model: outcome.model, data, spec })) };
}

/** Loss and gradients of a first step. */
function firstStep(data: EncodedDataset, spec: TrainingSpec) {
  const model = new TwoTowerModel(data, spec);
  const batch = Int32Array.from({ length: 200 }, (_, row) => row);
  const { loss, gradients } = trainingStep(model, data.splits.train)(batch, { epoch: 0, step: 0 });
  return { loss, gradients: new Map(gradients.map((gradient) => [gradient.parameter.name, gradient])) };
}

describe('a ranking model', () => {
  it.each<[string, NonNullable<Model['rating']>, Partial<Target>]>([
    ['mse', {}, {}],
    ['mse on standardised logarithms', {}, { log1p: true, normalize: true }],
    ['the product of the towers', { input: 'concatenationAndProduct' }, {}],
    ['classes', { loss: { type: 'categoricalCrossEntropy', classes: [1, 2, 3, 4, 5] } }, {}],
  ])(
    'by %s learns who likes what, better than the means of users and items',
    async (_name, rating, target) => {
      const fullTarget = { column: 'rating', ...target };
      const data = ratedDataset(fullTarget);
      const { metrics, baselines, epochs } = await trained(
        data,
        ratedSpec({ type: 'ranking', rating }, training, fullTarget),
      );
      expect(metrics['test_rmse']).toBeLessThan(0.6 * baselines['userItemMean']!['test_rmse']!);
      expect(baselines['userItemMean']!['test_rmse']).toBeLessThan(baselines['globalMean']!['test_rmse']!);
      expect(metrics['test_rows']).toBe(540);
      expect(epochs[0]!.metrics).not.toHaveProperty('recall_at_1');
      expect(epochs.at(-1)!.metrics['val_rmse']).toBeLessThan(epochs[0]!.metrics['val_rmse']!);
    },
  );

  it('of a target that is 0 or 1 tells their order', async () => {
    const target = { column: 'rating', threshold: 3 };
    const rating = { loss: { type: 'binaryCrossEntropy' as const } };
    const { metrics, baselines } = await trained(
      ratedDataset(target),
      ratedSpec({ type: 'ranking', rating }, training, target),
    );
    expect(metrics['test_auc']).toBeGreaterThan(0.95);
    expect(metrics['test_accuracy']).toBeGreaterThan(baselines['globalMean']!['test_accuracy']!);
    expect(metrics).not.toHaveProperty('test_rmse');
  });

  it('needs towers of no equal width', async () => {
    const layers = [{ type: 'dense' as const, units: 3 }];
    const spec = ratedSpec({ type: 'ranking', query: { layers } }, { ...training, epochs: 1 });
    await expect(trained(ratedDataset(), spec)).resolves.toHaveProperty('metrics.test_rmse');
  });

  it('refuses targets that its loss cannot take, and says what to do', async () => {
    const spec = ratedSpec({ type: 'ranking', rating: { loss: { type: 'binaryCrossEntropy' } } });
    await expect(train(ratedDataset(), spec)).rejects.toThrow(/needs targets in 0 … 1/);
  });
});

describe('a hybrid model', () => {
  const layers = [
    { type: 'dense' as const, units: 6 },
    { type: 'batchNorm' as const, momentum: 0.9 },
  ];
  const towers = { query: { layers }, candidate: { layers } };
  const rating = {
    layers: [
      { type: 'dense' as const, units: 8 },
      { type: 'dropout' as const, rate: 0.1 },
    ],
  };
  const hybrid = { type: 'hybrid' as const, ...towers, rating, lossWeights: { retrieval: 0.5, ranking: 2 } };

  it('has the weighted sum of the losses and gradients of its two tasks', () => {
    const data = ratedDataset();
    const negatives = { negatives: { type: 'inBatch' as const } };
    const both = firstStep(data, ratedSpec(hybrid, negatives));
    const ranking = firstStep(data, ratedSpec({ type: 'ranking', ...towers, rating }, negatives));
    const { target: _target, ...withoutTarget } = ratedSpec(hybrid, negatives).features;
    const spec = ratedSpec(hybrid, negatives);
    const { rating: _rating, lossWeights: _weights, ...plain } = spec.model;
    const retrieval = firstStep(data, {
      ...spec,
      features: withoutTarget,
      model: { ...plain, type: 'retrieval' },
    });
    expect(both.loss).toBeCloseTo(0.5 * retrieval.loss + 2 * ranking.loss, 1);
    for (const [name, { parameter, rows, values }] of both.gradients) {
      const parts = [
        { weight: 0.5, gradient: retrieval.gradients.get(name) },
        { weight: 2, gradient: ranking.gradients.get(name) },
      ];
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      values.forEach((value, i) => {
        const row = Math.floor(i / parameter.columns);
        let expected = 0;
        for (const { weight, gradient } of parts) {
          if (!gradient) continue;
          const at = rows ? gradient.rows!.indexOf(rows[row]!) : row;
          if (at >= 0)
            expected += weight * gradient.values[at * parameter.columns + (i % parameter.columns)]!;
        }
        expect(Math.abs(value - expected)).toBeLessThan(1e-5 * largest);
      });
    }
  });

  it('finds and rates: better than popularity and than means', async () => {
    const { metrics, baselines } = await trained(
      ratedDataset(),
      ratedSpec({ type: 'hybrid', lossWeights: { retrieval: 0.5, ranking: 2 } }, training),
    );
    expect(metrics['test_recall_at_10']).toBeGreaterThan(
      1.3 * baselines['popularity']!['test_recall_at_10']!,
    );
    expect(metrics['test_rmse']).toBeLessThan(baselines['userItemMean']!['test_rmse']!);
    expect(metrics['test_loss']).toBeCloseTo(
      0.5 * metrics['test_retrieval_loss']! + 2 * metrics['test_rating_loss']!,
      6,
    );
  });

  it('has no loss on a split without a row that counts, and keeps the last epoch then', async () => {
    const data = ratedDataset();
    const { query, item, target } = data.splits.validation;
    const none = { count: 0, query: query.slice(0, 0), item: item.slice(0, 0), target: target!.slice(0, 0) };
    const spec = ratedSpec({ type: 'hybrid' }, { ...training, epochs: 3, earlyStopping: { patience: 1 } });
    const { outcome, epochs } = await train({ ...data, splits: { ...data.splits, validation: none } }, spec);
    expect(epochs.map(({ metrics }) => metrics['val_loss'])).toEqual([undefined, undefined, undefined]);
    expect(outcome).toMatchObject({ kind: 'trained', bestEpoch: 3 });
  });

  it('draws what it begins with from the seed of initialization', () => {
    const of = (seeds: object) =>
      new TwoTowerModel(ratedDataset(), ratedSpec(hybrid, { seeds })).parameters
        .filter(({ name }) => name.startsWith('rating'))
        .map(({ values }) => Array.from(values));
    expect(of({ initialization: 5 })).not.toEqual(of({}));
    expect(of({ initialization: 5 })).toEqual(of({ initialization: 5, dropout: 1 }));
  });

  it('stopped within an epoch and resumed, ends as if it had never stopped', async () => {
    const [data, folder] = [ratedDataset(), await temporaryFolder()];
    const spec = ratedSpec(hybrid, { ...training, epochs: 3 });
    const whole = await train(data, spec);
    await train(data, spec, folder, 17);
    const resumed = await train(data, spec, folder);
    expect(resumed.epochs.map(({ metrics }) => metrics)).toEqual(whole.epochs.map(({ metrics }) => metrics));
  });
});
