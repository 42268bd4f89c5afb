/** What the recommender computes with typed arrays is what the trainer computes with tfjs, to 1e-5. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodedTarget } from '@trainyard/recommender/encode/target';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { calibrated, type Calibration } from '@trainyard/recommender/layers/calibration';
import { openModelDirectory } from '@trainyard/recommender/node';
import { activationSchema, type Activation, type TrainingSpecInput } from '@trainyard/shared';
import { HASHED_TAGS, SUM_OF_TAGS, tagsOf } from '../support/formats/severalValues.js';
import { useWasm } from '../support/training/backend.js';
import { exportedModel } from '../support/training/exportedModel.js';

beforeAll(useWasm);

type ModelInput = NonNullable<TrainingSpecInput['model']>;
type FeatureInput = TrainingSpecInput['features']['query'][number];
type LayerInput = NonNullable<NonNullable<ModelInput['query']>['layers']>[number];

const rowOf =
  (id: string) =>
  (i: number): FeatureValues => ({
    [id]: `${id}${i}`,
    city: i % 5 === 0 ? null : `c${i % 4}`,
    price: i % 6 === 1 ? null : Math.round(Math.exp(i / 7) * 100) / 100,
    at: i % 7 === 2 ? null : new Date(Date.UTC(2024, 0, 1) + i * 86_477_123).toISOString(),
    flag: i % 4 === 0 ? null : i % 3 === 0,
    tags: tagsOf(i),
    note: i % 9 === 0 ? null : `Größe ${i % 5}, TEA and tea №${i}`,
  });
const queries = Array.from({ length: 23 }, (_, i) => rowOf('user')(i));
const items = Array.from({ length: 17 }, (_, i) => rowOf('item')(i));

/** A feature of each kind beside the id. */
const FEATURES: Record<string, FeatureInput> = {
  lookup: { column: 'city', transform: 'lookup', dim: 3 },
  'lookup with buckets for unknown values': {
    column: 'city',
    transform: 'lookup',
    dim: 2,
    minCount: 4,
    oovBuckets: 3,
  },
  hash: { column: 'city', name: 'hashed', transform: 'hash', buckets: 5, dim: 2 },
  text: { column: 'note', transform: 'text', maxTokens: 5, bigramBuckets: 7, dim: 3 },
  'hashed text': { column: 'note', name: 'words', transform: 'text', maxTokens: 3, buckets: 9, dim: 2 },
  'the sum of several values': SUM_OF_TAGS,
  'several hashed values': HASHED_TAGS,
  normalize: {
    column: 'price',
    transform: 'normalize',
    log1p: true,
    clip: [0.05, 0.95],
    degree: 2,
    missingIndicator: true,
  },
  bucketize: { column: 'price', name: 'band', transform: 'bucketize', buckets: 4, dim: 2 },
  cyclical: {
    column: 'at',
    transform: 'cyclical',
    periods: ['hour-of-day', 'month-of-year', 1000],
    missingIndicator: true,
  },
  boolean: { column: 'flag', transform: 'boolean', missingIndicator: true },
  cross: { columns: ['city', 'flag'], transform: 'cross', buckets: 11, dim: 2 },
};

const dense = (units: number, activation: Activation) => ({
  type: 'dense' as const,
  units,
  activation,
});
/** Every kind of layer, and every activation. */
const LAYERS: Record<string, LayerInput[]> = {
  none: [],
  ...Object.fromEntries(activationSchema.options.map((activation) => [activation, [dense(5, activation)]])),
  dropout: [{ type: 'dropout', rate: 0.4 }],
  'batch normalization': [{ type: 'batchNorm' }],
  'a cross network': [{ type: 'cross', depth: 2 }],
  'a cross network of low rank': [{ type: 'cross', depth: 2, rank: 2 }],
  'a residual': [{ type: 'residual', layers: [dense(4, 'tanh'), { type: 'dropout', rate: 0.1 }] }],
  'a residual with batch normalization': [{ type: 'residual', layers: [{ type: 'batchNorm' }] }],
};

const RATINGS: Record<string, NonNullable<ModelInput['rating']>> = {
  'squared error': { layers: [dense(4, 'relu')], loss: { type: 'mse' } },
  'binary cross-entropy': { layers: [], loss: { type: 'binaryCrossEntropy' } },
  'categorical cross-entropy': {
    layers: [dense(3, 'elu'), { type: 'batchNorm' }],
    loss: { type: 'categoricalCrossEntropy', classes: [1, 2, 5] },
  },
};

interface Case {
  type: 'retrieval' | 'ranking' | 'hybrid';
  similarity: 'dot' | 'cosine';
  temperature: number | 'learned';
  features: readonly string[];
  layers: readonly string[];
  rating: string;
  product: boolean;
}
const PLAIN: Case = {
  type: 'retrieval',
  similarity: 'dot',
  temperature: 1,
  features: ['lookup'],
  layers: ['relu'],
  rating: 'squared error',
  product: false,
};

function specOf({ type, similarity, temperature, features, layers, rating, product }: Case) {
  const layersOf = { layers: [...layers.flatMap((name) => LAYERS[name]!), dense(4, 'linear')] };
  const tower = (id: string): FeatureInput[] => [
    { column: id, transform: 'lookup', id: true, dim: 4, minCount: 1 },
    ...features.map((name) => FEATURES[name]!),
  ];
  const reshaped = rating === 'squared error' ? { log1p: true, normalize: true } : {};
  const target =
    rating === 'binary cross-entropy'
      ? { column: 'rating', threshold: 3 }
      : { column: 'rating', ...reshaped };
  return {
    features: {
      query: uniqueNames(tower('user')),
      candidate: uniqueNames(tower('item')),
      ...(type !== 'retrieval' && { target }),
    },
    model: {
      type,
      query: layersOf,
      candidate: layersOf,
      ...(type !== 'ranking' && {
        similarity,
        temperature: temperature === 'learned' ? { learned: true as const } : temperature,
      }),
      ...(type !== 'retrieval' && {
        rating: {
          ...RATINGS[rating]!,
          input: product ? ('concatenationAndProduct' as const) : ('concatenation' as const),
        },
      }),
    },
  };
}

function uniqueNames(features: FeatureInput[]): FeatureInput[] {
  return features.map((feature, i) => ({ ...feature, name: `f${i}` }));
}

/** `size` is what the numbers are multiples of: what is divided by a temperature has its rounding divided as well. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string, size = 1): void {
  expect({ what, numbers: actual.length }).toEqual({ what, numbers: expected.length });
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i]! - expected[i]!);
    // Layers that normalize and cross what they are given make more of the rounding of 32 bits: up to 1.2e-5 was seen.
    expect(off, `${what}[${i}]: ${actual[i]} for ${expected[i]}`).toBeLessThan(
      3e-5 * Math.max(1, size, Math.abs(expected[i]!)),
    );
  }
}

async function holds(one: Case): Promise<void> {
  const { model, directory } = await exportedModel(specOf(one), queries, items);
  const opened = await openModelDirectory(directory);
  const asked = (tower: 'query' | 'candidate', row: FeatureValues): FeatureValues =>
    Object.fromEntries(opened.columns[tower].map((column) => [column, row[column]]));
  const shown = [0, 1, 2, 7, 22];
  const ofScores = one.type === 'ranking' ? 1 : 1 / model.query.scaling.temperature;
  if (one.type !== 'ranking') {
    for (const i of shown) {
      expectClose(
        opened.embedQuery(asked('query', queries[i]!)),
        model.embed('query', Int32Array.of(i + 1)),
        `query ${i}`,
        ofScores,
      );
    }
    items.forEach((values, i) => {
      const expected = model.embed('candidate', Int32Array.of(i + 1));
      expectClose(opened.embedCandidate(asked('candidate', values)), expected, `item ${i}`);
    });
  }
  const all = ['nobody knows', ...items.map((_, i) => `item${i}`)];
  for (const i of shown) {
    const query = asked('query', queries[i]!);
    const pairs = all.map((item) => ({ query, item }));
    const expected = expectedScores(model, i + 1, one.type);
    expectClose(opened.score(pairs), expected.scores, `scores of query ${i}`, ofScores);
    if (expected.targets) expectClose(opened.predict(pairs), expected.targets, `targets of query ${i}`);
    const best = opened.recommend(query, { k: 5 });
    const sorted = expected.scores.slice(1).toSorted((a, b) => b - a);
    expectClose(
      best.map(({ score }) => score),
      sorted.slice(0, 5),
      `the best of query ${i}`,
      ofScores,
    );
  }
}

type Model = Awaited<ReturnType<typeof exportedModel>>['model'];

/** Of a query with all items, the unknown one first, by the trainer's code. */
function expectedScores(model: Model, query: number, type: Case['type']) {
  const places = Int32Array.from({ length: items.length + 1 }, (_, i) => i);
  const products = () => {
    const [vector, vectors] = [model.embed('query', Int32Array.of(query)), model.embed('candidate', places)];
    return Array.from(places, (p) =>
      vector.reduce((sum, value, c) => sum + value * vectors[p * vector.length + c]!, 0),
    );
  };
  if (!model.rating) return { scores: products(), targets: undefined };
  const { head, target } = model.rating;
  const pass = head.forward({
    queries: model.outputs('query', Int32Array.of(query)),
    items: model.outputs('candidate', places),
    pairQuery: new Int32Array(places.length),
    pairItem: places,
  });
  pass.dispose();
  const targets = Array.from(places, (p) =>
    decodedTarget(target, head.loss.prediction(pass.logits, p * head.loss.outputs)),
  );
  return { scores: type === 'ranking' ? targets : products(), targets };
}

describe('a model opened by the recommender computes what the trainer computes', () => {
  it.each(Object.keys(FEATURES))('with a feature of the kind %s', (name) =>
    holds({ ...PLAIN, features: [name] }),
  );

  it.each(Object.keys(LAYERS))('with layers: %s', (name) => holds({ ...PLAIN, layers: [name] }));

  it.each(Object.keys(RATINGS))('as a ranking model of %s', (rating) =>
    holds({ ...PLAIN, type: 'ranking', rating }),
  );

  it.each([true, false])('as a ranking model whose calibration is applied: %s', async (applied) => {
    const calibration: Calibration = {
      applied,
      maps: [
        { method: 'isotonic', x: [0.2, 0.4, 0.6], y: [0.1, 0.1, 0.9] },
        { method: 'platt', slope: 2, intercept: -1 },
      ],
    };
    const one: Case = { ...PLAIN, type: 'ranking', rating: 'binary cross-entropy' };
    const { model, directory } = await exportedModel(specOf(one), queries, items, calibration);
    const opened = await openModelDirectory(directory);
    const query = Object.fromEntries(opened.columns.query.map((column) => [column, queries[3]![column]]));
    const pairs = ['nobody knows', ...items.map((_, i) => `item${i}`)].map((item) => ({ query, item }));
    const raw = expectedScores(model, 4, 'ranking').scores;
    const expected = raw.map((value) => (applied ? calibrated(calibration, value) : value));
    expectClose(opened.predict(pairs), expected, 'predictions');
    // Isotonic curves make different predictions equal, which are still told apart where items are put in order.
    expectClose(opened.score(pairs), raw, 'scores');
  });

  it('with anything of these together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          type: fc.constantFrom('retrieval' as const, 'ranking' as const, 'hybrid' as const),
          similarity: fc.constantFrom('dot' as const, 'cosine' as const),
          temperature: fc.oneof(
            fc.double({ min: 0.05, max: 5, noNaN: true }),
            fc.constant('learned' as const),
          ),
          features: fc.subarray(Object.keys(FEATURES), { minLength: 1 }),
          layers: fc.array(fc.constantFrom(...Object.keys(LAYERS)), { maxLength: 3 }),
          rating: fc.constantFrom(...Object.keys(RATINGS)),
          product: fc.boolean(),
        }),
        holds,
      ),
      { numRuns: 40 },
    );
  });
});
