import { describe, expect, it } from 'vitest';
import { encodedAs, FORMAT_SUPPORT, lackedBy, type FormatSupport } from '../outputs/formatSupport.js';
import { trainingSpecSchema } from '../trainingSpec.js';
import { brokenFormatRules } from './formats.js';

const parse = (parts: object) =>
  trainingSpecSchema.safeParse({
    dataset: { source: { uri: 'rows.csv' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [
        { column: 'item', transform: 'lookup', id: true },
        { column: 'name', transform: 'text' },
      ],
    },
    ...parts,
  });

const without: FormatSupport = {
  transforms: { ...FORMAT_SUPPORT.onnx.transforms, text: 'lacks' },
  layers: { ...FORMAT_SUPPORT.onnx.layers, cross: 'lacks' },
};

describe('encodedAs', () => {
  it('tells a lookup with several rows for unknown values from others, of which every format takes rows', () => {
    expect(encodedAs({ transform: 'lookup', oovBuckets: 1 })).toBe('lookup');
    expect(encodedAs({ transform: 'hash' })).toBe('hash');
    const several = encodedAs({ transform: 'lookup', oovBuckets: 2 });
    const takes = Object.values(FORMAT_SUPPORT).map(({ transforms }) => transforms[several]);
    expect(new Set(takes)).toEqual(new Set(['rows']));
  });
});

describe('the index of a model', () => {
  it('has the parameters of its type alone, and those of a graph have defaults', () => {
    expect(parse({ outputs: { index: { type: 'exact' } } }).data?.outputs.index).toEqual({ type: 'exact' });
    expect(parse({ outputs: { index: { type: 'hnsw' } } }).data?.outputs.index).toEqual({
      type: 'hnsw',
      connectivity: 16,
      expansionAdd: 128,
      recall: 0.99,
    });
    expect(parse({ outputs: { index: { type: 'exact', connectivity: 16 } } }).success).toBe(false);
    expect(parse({ outputs: { index: { type: 'ivf' } } }).success).toBe(false);
  });

  it('is no graph of a ranking model, which has no vectors', () => {
    const target = { column: 'stars' };
    const features = {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
      target,
    };
    const asked = (type: string, index: object) =>
      parse({ features, model: { type }, outputs: { index } }).error?.issues ?? [];
    expect(asked('ranking', { type: 'hnsw' })).toMatchObject([{ path: ['outputs', 'index'] }]);
    expect(asked('hybrid', { type: 'hnsw' })).toEqual([]);
    expect(asked('ranking', { type: 'exact' })).toEqual([]);
  });
});

describe('the formats of a model', () => {
  it('are what is named, each once, or none; not given is not the same as none', () => {
    expect(parse({}).data?.outputs).toEqual({});
    expect(parse({ outputs: { formats: [] } }).data?.outputs).toEqual({ formats: [] });
    expect(parse({ outputs: { formats: ['onnx', 'tfjs'] } }).success).toBe(true);
    expect(parse({ outputs: { formats: ['onnx', 'onnx'] } }).error?.issues).toMatchObject([
      { path: ['outputs', 'formats'], message: 'names a format twice' },
    ]);
    expect(parse({ outputs: { formats: ['pickle'] } }).success).toBe(false);
  });

  it('are refused where they lack what the model has, within residual layers too, with what holds it', () => {
    const layers = [{ type: 'residual', layers: [{ type: 'cross' }] }];
    const { model, features } = parse({ model: { query: { layers }, candidate: { layers } } }).data ?? {};
    if (!model || !features) throw new Error('the specification is valid');
    expect(lackedBy(without, model, features)).toEqual([
      'the transform "text"',
      'layers of the type "cross"',
    ]);
    const support = { ...FORMAT_SUPPORT, onnx: without };
    expect(brokenFormatRules({ formats: ['tfjs', 'onnx'] }, model, features, support)).toEqual([
      {
        path: ['outputs', 'formats', 1],
        message:
          '"onnx" cannot have the transform "text" and layers of the type "cross": name "savedModel" or "tfjs", or ask the folder of the model with @trainyard/recommender',
      },
    ]);
    expect(brokenFormatRules({}, model, features, support)).toEqual([]);
  });
});
