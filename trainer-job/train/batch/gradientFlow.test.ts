import { beforeAll, expect, it } from 'vitest';
import { useWasm } from '../../../test/support/training/backend.js';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { trainingStep } from './trainingStep.js';

beforeAll(useWasm);

const layers = [
  { type: 'cross' as const, depth: 2, rank: 3 },
  { type: 'dense' as const, units: 16 },
  { type: 'batchNorm' as const },
  { type: 'residual' as const, layers: [{ type: 'dense' as const, units: 8, activation: 'gelu' as const }] },
  { type: 'dropout' as const, rate: 0.2 },
  { type: 'dense' as const, units: 8, activation: 'linear' as const },
];

it.each(['catalogue', 'inBatch'] as const)(
  'a step with %s negatives has a gradient of every parameter, none all 0, none without numbers',
  (type) => {
    const data = tinyDataset();
    const spec = tinySpec({
      model: { query: { layers }, candidate: { layers }, temperature: { learned: true } },
      training: { negatives: { type } },
    });
    const model = new TwoTowerModel(data, spec);
    const { gradients: applied } = trainingStep(model, data.splits.train)(
      Int32Array.from({ length: 256 }, (_, row) => row),
      { epoch: 0, step: 0 },
    );
    expect(applied.map(({ parameter }) => parameter.name).toSorted()).toEqual(
      model.parameters.map(({ name }) => name).toSorted(),
    );
    const named = (holds: (values: Float32Array) => boolean) =>
      applied.filter(({ values }) => holds(values)).map(({ parameter }) => parameter.name);
    expect(named((values) => !values.every(Number.isFinite))).toEqual([]);
    expect(named((values) => values.every((value) => value === 0))).toEqual([]);
  },
);
