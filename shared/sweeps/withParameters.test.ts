import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { trainingSpecSchema, type TrainingSpecInput } from '../spec/trainingSpec.js';
import { defaultSpace } from './defaultSpace.js';
import type { Parameters } from './parameter.js';
import { inferSpace } from './space.js';
import { countOf, valueAt } from './values.js';
import { withParameters } from './withParameters.js';

const BASE: TrainingSpecInput = {
  dataset: {
    source: { uri: 'purchases.parquet' },
    split: { strategy: 'random', train: 0.8, validation: 0.1, test: 0.1 },
  },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true }],
    candidate: [{ column: 'item', transform: 'lookup', id: true }],
  },
  training: { optimizer: { type: 'adagrad', learningRate: 0.3 }, earlyStopping: false },
};

function refusal(parameters: Parameters): string {
  try {
    withParameters(BASE, parameters);
  } catch (error) {
    if (error instanceof z.ZodError)
      return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
    throw error;
  }
  return 'taken';
}

describe('a specification with parameters', () => {
  it('has them at their dotted keys, lists, list elements and sections that were not there included', () => {
    const spec = withParameters(BASE, {
      'training.batchSize': 512,
      'training.earlyStopping.patience': 3,
      'model.query.layers.0.units': 256,
      'features.{query.0,candidate.0}.dim': 16,
      'evaluation.k': [7, 77],
      'tags.why': 'sweep',
    });
    expect(spec.training.batchSize).toBe(512);
    expect(spec.training.earlyStopping).toMatchObject({ patience: 3, monitor: expect.any(String) as string });
    expect(spec.features.query[0]).toMatchObject({ dim: 16 });
    expect(spec.features.candidate[0]).toMatchObject({ dim: 16 });
    expect(spec.evaluation.k).toEqual([7, 77]);
    expect(spec.tags).toEqual({ why: 'sweep' });
  });

  it('is without what is null, and with null where the specification has one', () => {
    const base = trainingSpecSchema.parse({
      ...BASE,
      dataset: { ...BASE.dataset, sample: { share: 0.1, by: 'user' } },
      training: { ...BASE.training, batchSize: 512 },
    });
    const spec = withParameters(base, {
      'dataset.sample': null,
      'training.batchSize': null,
      'training.clipping': null,
      'compute.prepare': null,
    });
    expect(spec.dataset.sample).toBeUndefined();
    expect(spec.training.batchSize).toBe(trainingSpecSchema.parse(BASE).training.batchSize);
    expect(spec.training.clipping).toBeUndefined();
    expect(spec.compute.prepare).toBeNull();
    expect(refusal({ 'evaluation.k.0': null })).toContain('evaluation.k.0');
    expect(refusal({ 'dataset.source': null })).toContain('dataset.source');
  });

  it('leaves the base as it was', () => {
    const base = trainingSpecSchema.parse(BASE);
    const before = structuredClone(base);
    withParameters(base, { 'training.optimizer.type': 'adam', 'model.query.layers.0.units': 1 });
    expect(base).toEqual(before);
  });

  it('begins a section anew where its form changes, and keeps it where it does not', () => {
    const base = trainingSpecSchema.parse(BASE);
    const adam = withParameters(base, { 'training.optimizer.type': 'adam', 'training.optimizer.beta1': 0.8 });
    expect(adam.training.optimizer).toEqual({
      type: 'adam',
      learningRate: 0.001,
      beta1: 0.8,
      beta2: 0.999,
      epsilon: 1e-7,
    });
    expect(
      withParameters(base, { 'training.optimizer.type': 'adagrad' }).training.optimizer.learningRate,
    ).toBe(0.3);
    // The type of a model is no choice between forms.
    const narrow = withParameters(BASE, { 'model.query.layers': [], 'model.candidate.layers': [] });
    expect(withParameters(narrow, { 'model.similarity': 'cosine' }).model.query.layers).toEqual([]);
  });

  it.each<[string, Parameters, RegExp]>([
    [
      'an unknown key',
      { 'training.optimiser.learningRate': 1 },
      /no key "training.optimiser"; did you mean "training.optimizer"/,
    ],
    [
      'a key of another section',
      { 'training.learningRate': 1 },
      /no key "training.learningRate"; did you mean "training.optimizer.learningRate"/,
    ],
    [
      'a value that is not allowed',
      { 'training.batchSize': 0 },
      /training.batchSize: .*\(with training.batchSize = 0\)/,
    ],
    [
      'a key of another form',
      { 'training.optimizer.beta1': 0.5 },
      /training.optimizer: .*beta1.*with training.optimizer.beta1 = 0.5/,
    ],
    ['a position that is not there', { 'features.query.3.dim': 8 }, /one element, counted from 0/],
    [
      'a position that JavaScript does not write so',
      { 'features.query.00.dim': 8 },
      /no key "features.query.00"/,
    ],
    ['the name of a list element', { 'features.query.first.dim': 8 }, /no key "features.query.first"/],
  ])('is refused with %s', (_, parameters, message) => {
    expect(refusal(parameters)).toMatch(message);
  });
});

describe('the default space', () => {
  it('has specifications only that can be trained', () => {
    const spec = trainingSpecSchema.parse(BASE);
    const space = inferSpace(defaultSpace(spec, 'recall_at_10'));
    expect(Object.keys(space)).toContain('training.optimizer.learningRate');
    for (const [key, parameter] of Object.entries(space)) {
      const count = countOf(parameter);
      const values = Number.isFinite(count)
        ? Array.from({ length: count }, (_, i) => valueAt(parameter, i))
        : 'min' in parameter
          ? [parameter.min, parameter.max]
          : [];
      for (const value of values) expect(() => withParameters(spec, { [key]: value })).not.toThrow();
    }
  });

  it('tries how fast rows age where they are split by time, and that alone', () => {
    const aged = (split: object) => {
      const spec = trainingSpecSchema.parse({ ...BASE, dataset: { ...BASE.dataset, split } });
      return defaultSpace(spec, 'recall_at_10')['features.sampleWeight'];
    };
    expect(aged({ strategy: 'time', column: 'at', train: 0.8, validation: 0.1, test: 0.1 })).toEqual({
      type: 'categorical',
      values: [null, ...[30, 90, 365].map((halfLifeDays) => ({ column: 'at', halfLifeDays }))],
    });
    expect(aged({ strategy: 'random', train: 0.8, validation: 0.1, test: 0.1 })).toBeUndefined();
  });

  it('keeps the epoch that is best by what the sweep looks for, unless the base watches a metric of its own', () => {
    const watched = (earlyStopping: object | false | undefined) => {
      const spec = trainingSpecSchema.parse({ ...BASE, training: { ...BASE.training, earlyStopping } });
      return defaultSpace(spec, 'recall_at_10')['training.earlyStopping.monitor'];
    };
    expect(watched(undefined)).toEqual({ type: 'constant', value: 'recall_at_10' });
    expect(watched({ patience: 2 })).toEqual({ type: 'constant', value: 'recall_at_10' });
    expect(watched({ monitor: 'recall_at_50' })).toBeUndefined();
    expect(watched(false)).toBeUndefined();
  });
});
