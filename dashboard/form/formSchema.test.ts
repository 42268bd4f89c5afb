import { specificationJsonSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { formSchema } from './formSchema.js';
import { SpecSchema } from './schemaAt.js';
import { hintOf } from './words.js';

const whole = specificationJsonSchema();
const ofForm = formSchema(whole);

describe('the schema of the form', () => {
  it.each([
    ['dataset', 'source', 'uri'],
    ['features', 'query'],
    ['model', 'candidate', 'layers'],
    ['training', 'optimizer', 'learningRate'],
    ['training', 'earlyStopping', 'monitor'],
    ['compute', 'maxUsd'],
  ])('says of %s.%s what the whole one says', (...path) => {
    const [own, said] = [ofForm, whole].map((schema) => new SpecSchema(schema).at(path, {}));
    if (!own || !said) throw new Error('there are two schemas');
    expect(hintOf(own)).toBe(hintOf(said));
    expect(own.inherited).toEqual(said.inherited);
  });

  it('tells kinds apart as the whole one does, with all their words, and offers the same numbers', () => {
    const [own, said] = [ofForm, whole].map((schema) => {
      const read = new SpecSchema(schema);
      const kinds = read.kindsOf(read.at(['training', 'optimizer'], {}).schema)?.kinds;
      return kinds?.map(({ value, description }) => ({ value, description }));
    });
    expect(own?.length).toBeGreaterThan(1);
    expect(own).toEqual(said);
    const batchSize = (schema: typeof whole) =>
      new SpecSchema(schema).at(['training', 'batchSize'], {}).schema;
    expect(batchSize(ofForm)).toMatchObject({ type: 'integer', minimum: batchSize(whole).minimum });
    expect(batchSize(ofForm).examples).toEqual(batchSize(whole).examples);
  });

  it('has less than two fifths of the whole, every definition that it names, and leaves no other', () => {
    const text = JSON.stringify(ofForm);
    expect(text.length).toBeLessThan((2 / 5) * JSON.stringify(whole).length);
    const named = [...text.matchAll(/"#\/\$defs\/(\w+)"/g)].flatMap(([, name]) => name ?? []);
    expect(new Set(Object.keys(ofForm.$defs ?? {}))).toEqual(new Set(named));
    expect(() => new SpecSchema(ofForm).at(['evaluation', 'k'], {})).toThrow(
      /specifications have no evaluation/,
    );
  });
});
