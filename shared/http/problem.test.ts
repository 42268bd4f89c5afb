import { describe, expect, it } from 'vitest';
import { trainingSpecSchema } from '../spec/trainingSpec.js';
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
});
