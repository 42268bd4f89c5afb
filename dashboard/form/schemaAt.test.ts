import { specificationJsonSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { SpecSchema } from './schemaAt.js';

const schema = new SpecSchema(specificationJsonSchema());

describe('the schema of a place in a specification', () => {
  it('has bounds, default and words', () => {
    const { schema: epochs, inherited } = schema.at(['training', 'epochs'], {});
    expect(epochs).toMatchObject({ type: 'integer', minimum: 1, maximum: 10_000 });
    expect(epochs.description).toContain('training');
    expect(inherited).toBe(20);
  });

  it('is that of the form which the specification chooses, else of the default', () => {
    const path = ['training', 'optimizer', 'learningRate'];
    expect(schema.at(path, {}).inherited).toBe(0.1);
    expect(schema.at(path, { training: { optimizer: { type: 'adam' } } }).inherited).toBe(0.001);
  });

  it('has what the default of the list around it says of its elements', () => {
    const path = ['model', 'query', 'layers', 1, 'units'];
    expect(schema.at(path, {}).inherited).toBe(64);
    expect(
      schema.at(path, { model: { query: { layers: [{}, { type: 'dense' }] } } }).inherited,
    ).toBeUndefined();
  });

  it('is that of a section itself unless a preset stands in its place', () => {
    expect(schema.propertiesAt(['dataset'], {}).map(([key]) => key)).toContain('source');
    const keys = schema.propertiesAt(['dataset'], { dataset: { preset: 'a' } }).map(([key]) => key);
    expect(keys).toEqual(['preset', 'version']);
  });

  it('knows the kinds of layers and of features by what tells them apart', () => {
    const kindsAt = (path: string[]) => {
      const { schema: list } = schema.at(path, {});
      const found = list.items && schema.kindsOf(list.items);
      return [found?.key, found?.kinds.map(({ value }) => value)];
    };
    expect(kindsAt(['model', 'query', 'layers'])).toEqual([
      'type',
      ['dense', 'dropout', 'batchNorm', 'cross', 'residual'],
    ]);
    expect(kindsAt(['features', 'query'])).toEqual([
      'transform',
      expect.arrayContaining(['lookup', 'cross']),
    ]);
  });

  it('refuses a place that there is not', () =>
    expect(() => schema.at(['training', 'speed'], {})).toThrow('no training.speed'));
});
