import { featuresSchema, modelSchema } from '@trainyard/shared';
import { headShape, towerShape } from '@trainyard/shared/spec/shape/towerShape';
import { describe, expect, it } from 'vitest';
import { LayerSequence } from './layers/sequence.js';
import { randomFor } from './random.js';
import { RatingHead } from './ratingHead.js';

const features = featuresSchema.parse({
  query: [
    { column: 'user', transform: 'lookup', id: true, dim: 16 },
    { column: 'words', transform: 'text', bigramBuckets: 30 },
    { column: 'age', transform: 'normalize', degree: 2, missingIndicator: true },
    { column: 'at', transform: 'cyclical' },
  ],
  candidate: [
    { column: 'item', transform: 'lookup', id: true, maxSize: 500 },
    { columns: ['city', 'kind'], transform: 'cross', buckets: 1000, dim: 4 },
    { column: 'tags', transform: 'hash', buckets: 40, multi: { list: true } },
  ],
});
const layers = [
  { type: 'dense', units: 12 },
  { type: 'dropout', rate: 0.1 },
  { type: 'batchNorm' },
  { type: 'cross', depth: 2, rank: 3 },
  { type: 'cross' },
  { type: 'residual', layers: [{ type: 'dense', units: 8 }] },
  { type: 'residual', layers: [{ type: 'dense', units: 8 }] },
];
const model = modelSchema.parse({
  type: 'hybrid',
  query: { layers },
  candidate: { layers: [{ type: 'dense', units: 8 }] },
  rating: { input: 'concatenationAndProduct', loss: { type: 'categoricalCrossEntropy', classes: [1, 2, 3] } },
});
const sizes: Readonly<Record<string, number>> = { user: 100, words: 60, item: 9000 };
const shapeOf = (side: 'query' | 'candidate') =>
  towerShape({ model, features }, side, (feature) =>
    'column' in feature ? sizes[feature.column] : undefined,
  );

const learned = (parameters: readonly { values: ArrayLike<number> }[]) =>
  parameters.reduce((total, { values }) => total + values.length, 0);

describe('the shape of a tower', () => {
  it('has the width and the table of each feature', () => {
    expect(shapeOf('query').features).toMatchObject([
      { name: 'user', width: 16, rows: 101, parameters: 1616 },
      { name: 'words', width: 16, rows: 91, parameters: 1456 },
      { name: 'age', width: 3, rows: null, parameters: 0 },
      { name: 'at', width: 4, rows: null },
    ]);
    expect(shapeOf('candidate').features).toMatchObject([
      { name: 'item', width: 32, rows: 501 },
      { name: 'city x kind', width: 4, rows: 1001 },
      { name: 'tags', width: 8, rows: 40 },
    ]);
  });

  it('counts the numbers that the layers of the trainer learn', () => {
    const { input, output, parameters, layers: shapes, features: tables } = shapeOf('query');
    expect([input, output]).toEqual([39, 8]);
    const real = new LayerSequence('query', 39, model.query.layers, (part) => randomFor(1, part));
    expect(shapes.reduce((total, one) => total + (one.parameters ?? NaN), 0)).toBe(learned(real.parameters));
    const embeddings = tables.reduce((total, one) => total + (one.parameters ?? NaN), 0);
    expect(parameters).toBe(embeddings + learned(real.parameters));
  });

  it('counts those of the rating head', () => {
    const head = headShape(model, shapeOf('query'), shapeOf('candidate'));
    const real = new RatingHead({ query: 8, candidate: 8 }, model.rating!, 1);
    expect(head?.input).toBe(24);
    expect(head?.parameters).toBe(learned(real.parameters));
  });

  it('leaves open what only data that is not known decides', () => {
    const { features: tables, input, output, parameters } = towerShape({ model, features }, 'query');
    expect(tables[1]).toMatchObject({ width: undefined, rows: undefined });
    expect([input, output, parameters]).toEqual([undefined, 8, undefined]);
  });
});
