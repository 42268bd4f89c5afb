import { describe, expect, it } from 'vitest';
import { modelInputs, textThatIsNone, type FittedInput } from './modelInputs.js';

function lookup(name: string, column: string, vocabulary: string[] = [], oovBuckets = 1): FittedInput {
  return {
    encoded: { name, columns: [column], transform: 'lookup', kind: 'embedding', rows: 9, dim: 2, indices: 1 },
    fitted: { transform: 'lookup', oovBuckets },
    vocabulary,
  };
}

function bucketized(name: string, column: string): FittedInput {
  return {
    encoded: {
      name,
      columns: [column],
      transform: 'bucketize',
      kind: 'embedding',
      rows: 3,
      dim: 2,
      indices: 1,
    },
    fitted: { transform: 'bucketize', boundaries: [1], single: false },
    vocabulary: [],
  };
}

describe('the inputs of a graph', () => {
  it('are one for each column and form, under names that no option and no output has', () => {
    const { inputs, taken } = modelInputs([
      lookup('user', 'user'),
      lookup('user again', 'user'),
      bucketized('age', 'user'),
      lookup('k', 'k'),
      lookup('hashed', 'user', [], 3),
      lookup('user:number', 'user:number'),
    ]);
    const names = ['user', 'user:number', 'k:text', 'hashed:rows', 'user:number:text'];
    expect(inputs.map(({ name }) => name)).toEqual(names);
    expect(taken.map(({ name }) => name)).toEqual(['user', ...names]);
  });

  it('have a text for missing values that no vocabulary of the column has', () => {
    const { inputs } = modelInputs([
      lookup('a', 'city', ['Rome', '']),
      lookup('b', 'city', ['<none>']),
      lookup('c', 'shop', ['Rome']),
    ]);
    expect(inputs.map(({ missing }) => missing)).toEqual(['<none 2>', '']);
    expect(textThatIsNone(new Set(['', '<none>', '<none 2>']))).toBe('<none 3>');
  });
});
