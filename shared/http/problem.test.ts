import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { trainingSpecSchema } from '../spec/trainingSpec.js';
import { KEYS_TOLD } from './allowedKeys.js';
import { problemErrors } from './problem.js';

const features = (column: string) => [{ column, transform: 'lookup', id: true }];

describe('what is wrong in a body', () => {
  it.each([
    ['no kind', { units: 16 }],
    ['a kind that there is not', { type: 'relu', units: 16 }],
  ])('says which kinds there are where a part has %s', (_, layer) => {
    const { error } = trainingSpecSchema.safeParse({
      dataset: { source: { uri: 'r.csv' } },
      features: { query: features('user'), candidate: features('item') },
      model: { query: { layers: [layer] } },
    });
    expect(error && problemErrors(error)).toEqual([
      {
        pointer: '/model/query/layers/0/type',
        detail:
          '"type" says which kind this is, and must be one of "dense", "dropout", "batchNorm", "cross", "residual"',
      },
    ]);
  });

  const told = (parts: object) => {
    const spec = {
      dataset: { source: { uri: 'r.csv' } },
      features: { query: features('user'), candidate: features('item') },
      ...parts,
    };
    const { error } = trainingSpecSchema.safeParse(spec);
    return error && problemErrors(error, spec).map(({ pointer, detail }) => `${pointer} ${detail}`);
  };

  it.each([
    [{ training: { epochs: '3' } }, '/training/epochs must be a number, and is "3"'],
    [{ training: { epochs: 2.5 } }, '/training/epochs must be a whole number, and is 2.5'],
    [{ training: { epochs: 0 } }, '/training/epochs must be 1 or more, and is 0'],
    [{ training: { epochs: 10_001 } }, '/training/epochs must be 10000 or less, and is 10001'],
    [{ training: 'long' }, '/training must be an object of keys and values, and is "long"'],
    [
      { training: { maxSteps: 'x'.repeat(61) } },
      '/training/maxSteps must be a number, and is a text of 61 characters',
    ],
    [{ model: { temperature: 0 } }, '/model/temperature must be above 0, and is 0'],
    [{ model: { similarity: 'l2' } }, '/model/similarity must be one of "dot", "cosine", and is "l2"'],
    [{ evaluation: { k: 10 } }, '/evaluation/k must be a list, and is 10'],
    [{ evaluation: { k: [] } }, '/evaluation/k must be a list of 1 or more, and is a list of 0'],
    [{ tags: ['a'] }, '/tags must be an object of names and values, and is a list of 1'],
    [{ features: { query: features('user') } }, '/features/candidate is missing: it must be a list'],
    [
      { dataset: { source: { uri: '' } } },
      '/dataset/source/uri must be a text of 1 character or more, and is ""',
    ],
    [
      { training: { earlyStopping: true } },
      '/training/earlyStopping must be an object of keys and values or false, and is true',
    ],
    [
      { dataset: { source: { uri: 'r.csv' }, where: [{ column: 'p', is: 'greater' }] } },
      '/dataset/where/0/value is missing: it must be a text or a number or true or false',
    ],
    [
      { dataset: { source: { uri: 'r.csv' }, where: [{ column: 'p', is: 'equal', value: null }] } },
      '/dataset/where/0/value must be a text or a number or true or false, and is null',
    ],
    [
      {
        dataset: {
          source: { uri: 'r.csv' },
          split: {
            strategy: 'strictTemporal',
            column: 'at',
            validationFrom: '2026-02-30',
            testFrom: '2026-10-01',
          },
        },
      },
      '/dataset/split/validationFrom must be a day that there is, as in 2026-10-01 or a time with its offset, as in 2026-10-01T00:00:00Z, and is "2026-02-30"',
    ],
  ])('says what was given and what is allowed: %j', (parts, sentence) => {
    expect(told(parts)).toEqual([sentence]);
  });

  it('keeps to itself what was given where it is not told the body', () => {
    const { error } = z.object({ epochs: z.int() }).safeParse({ epochs: 'secret' });
    expect(error && problemErrors(error)).toEqual([{ pointer: '/epochs', detail: 'must be a number' }]);
  });

  const unknown = (parts: object) => {
    const spec = {
      dataset: { source: { uri: 'r.csv' } },
      features: { query: features('user'), candidate: features('item') },
      ...parts,
    };
    const { error } = trainingSpecSchema.safeParse(spec, KEYS_TOLD);
    return error && problemErrors(error, spec).map(({ pointer, detail }) => `${pointer} ${detail}`);
  };

  it.each([
    [{ trainning: {} }, '/trainning unknown key "trainning": did you mean "training"?'],
    [{ training: { epoch: 3 } }, '/training/epoch unknown key "epoch": did you mean "epochs"?'],
    [
      { training: { batch_size: 64 } },
      '/training/batch_size unknown key "batch_size": did you mean "batchSize"?',
    ],
    [
      { training: { epoch: 3, epochs: 4 } },
      '/training/epoch unknown key "epoch": remove it or correct its spelling',
    ],
    [
      { features: { query: [{ ...features('user')[0], dims: 4 }], candidate: features('item') } },
      '/features/query/0/dims unknown key "dims": did you mean "dim"?',
    ],
    [
      { dataset: { source: { uri: 'r.csv' }, split: { strategy: 'time', colum: 'at', shares: 1 } } },
      '/dataset/split/colum unknown key "colum": did you mean "column"?',
    ],
    [
      { evaluation: { zzzzzz: 1 } },
      '/evaluation/zzzzzz unknown key "zzzzzz": remove it or correct its spelling',
    ],
  ])('names the key that was probably meant by an unknown one: %j', (parts, sentence) => {
    expect(unknown(parts)).toContain(sentence);
  });
});
