import { specificationJsonSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { formSchema } from './formSchema.js';
import { SpecSchema } from './schemaAt.js';

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
    expect(new SpecSchema(ofForm).at(path, {})).toEqual(new SpecSchema(whole).at(path, {}));
  });

  it('has less than two thirds of the whole, every definition that it names, and leaves no other', () => {
    const text = JSON.stringify(ofForm);
    expect(text.length).toBeLessThan((2 / 3) * JSON.stringify(whole).length);
    const named = [...text.matchAll(/"#\/\$defs\/(\w+)"/g)].flatMap(([, name]) => name ?? []);
    expect(new Set(Object.keys(ofForm.$defs ?? {}))).toEqual(new Set(named));
    expect(() => new SpecSchema(ofForm).at(['evaluation', 'k'], {})).toThrow(
      /specifications have no evaluation/,
    );
  });
});
