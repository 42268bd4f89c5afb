import { describe, expect, it } from 'vitest';
import { trainingSpecSchema } from './trainingSpec.js';

const target = { column: 'rating' };

function problems(model: object, features: object = { target }, training: object = {}): string {
  const result = trainingSpecSchema.safeParse({
    dataset: { source: { uri: 'rows.csv' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
      ...features,
    },
    model,
    training,
  });
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
}

describe('what a type of model needs', () => {
  it.each([
    ['a target without one to predict it', { type: 'retrieval' }, {}, /^features.target: a retrieval model/],
    ['a rating head on retrieval', { rating: {} }, { features: {} }, /^model.rating: a retrieval model/],
    [
      'ranking without a target',
      { type: 'ranking' },
      { features: {} },
      /^features.target: a ranking model needs/,
    ],
    [
      'hybrid without a target',
      { type: 'hybrid' },
      { features: {} },
      /^features.target: a hybrid model needs/,
    ],
    [
      'recall of a ranking model',
      { type: 'ranking' },
      { training: { earlyStopping: { monitor: 'recall_at_10' } } },
      /a ranking model of a numeric target has no recall_at_10 to monitor: take val_loss, val_rmse, .* or val_[a-z_]+$/m,
    ],
    ...(
      [
        [
          'ranking',
          {},
          'val_rating_loss',
          /has no val_rating_loss to monitor: take val_loss, val_rmse, .* or val_[a-z_]+$/m,
        ],
        ['ranking', {}, 'val_auc', /has no val_auc to monitor: take val_loss, val_rmse, .* or val_[a-z_]+$/m],
        [
          'hybrid',
          { threshold: 4 },
          'val_rmse',
          /of a yes or no target has no val_rmse to monitor: take .*, recall_at_K, .*, val_auc, .* or val_[a-z_]+$/m,
        ],
      ] as const
    ).map(([type, part, monitor, message]): [string, object, object, RegExp] => [
      `${monitor} of a ${type} model that has none`,
      { type },
      {
        features: { target: { ...target, ...part } },
        training: { schedule: { type: 'plateau', monitor } },
      },
      message,
    ]),
    [
      'a rating metric of a retrieval model',
      {},
      { features: {}, training: { earlyStopping: { monitor: 'val_rmse' } } },
      /a retrieval model has no val_rmse to monitor: take val_loss, recall_at_K, .* or val_mrr_at_K$/m,
    ],
    [
      'a loss of items that nobody is to find',
      { type: 'ranking' },
      { training: { loss: { type: 'bpr' } } },
      /^training\.loss\.type: a ranking model finds no items/m,
    ],
    [
      'cosines of scores that are none',
      {},
      { features: {}, training: { loss: { type: 'ccl' } } },
      /^training\.loss\.type: ccl is of cosines: set model\.similarity/m,
    ],
    [
      'pairs with the hardest alone',
      {},
      { features: {}, training: { loss: { type: 'bpr' }, negatives: { type: 'inBatch', hardest: 5 } } },
      /^training\.loss\.type: bpr takes all that compete/m,
    ],
    [
      'a label spread over more than compete',
      {},
      {
        features: {},
        training: {
          loss: { type: 'softmax', labelSmoothing: 0.1 },
          negatives: { type: 'catalogue', hardest: 5 },
        },
      },
      /^training\.loss\.labelSmoothing: is of all that compete/m,
    ],
    ['weights of one loss', { type: 'ranking', lossWeights: {} }, {}, /^model.lossWeights: only a hybrid/],
    [
      'a learned temperature without a softmax',
      { type: 'ranking', temperature: { learned: true } },
      {},
      /no softmax/,
    ],
    [
      'binary targets of standardised numbers',
      { type: 'ranking', rating: { loss: { type: 'binaryCrossEntropy' } } },
      { features: { target: { ...target, normalize: true } } },
      /use threshold/,
    ],
    [
      'classes of logarithms',
      { type: 'ranking', rating: { loss: { type: 'categoricalCrossEntropy', classes: [1, 2] } } },
      { features: { target: { ...target, log1p: true } } },
      /takes the column as it is/,
    ],
    [
      'classes in disorder',
      { type: 'ranking', rating: { loss: { type: 'categoricalCrossEntropy', classes: [2, 1] } } },
      {},
      /must be ascending/,
    ],
    [
      'a threshold beside a logarithm',
      { type: 'ranking' },
      { features: { target: { ...target, threshold: 1, log1p: true } } },
      /leave out clip, log1p and normalize/,
    ],
  ] as const)(
    'refuses %s in words',
    (_name, model, parts: { features?: object; training?: object }, expected) => {
      expect(problems(model, parts.features, parts.training)).toMatch(expected);
    },
  );

  it.each(['query', 'candidate'])('refuses a %s tower without an id in words', (tower) => {
    const features = {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
      [tower]: [{ column: 'city', transform: 'lookup' }],
    };
    const parsed = trainingSpecSchema.safeParse({ dataset: { source: { uri: 'rows.csv' } }, features });
    expect(parsed.error?.issues).toMatchObject([
      { path: ['features', tower], message: 'exactly one feature of each tower has "id": true' },
    ]);
  });

  it('fills the parts that only some types have', () => {
    const model = (type: string) =>
      trainingSpecSchema.parse({
        dataset: { source: { uri: 'rows.csv' } },
        features: {
          query: [{ column: 'user', transform: 'lookup', id: true }],
          candidate: [{ column: 'item', transform: 'lookup', id: true }],
          ...(type !== 'retrieval' && { target }),
        },
        model: { type },
      }).model;
    expect(model('retrieval')).not.toHaveProperty('rating');
    expect(model('ranking').rating?.loss).toEqual({ type: 'mse' });
    expect(model('ranking')).not.toHaveProperty('lossWeights');
    expect(model('hybrid').lossWeights).toEqual({ retrieval: 1, ranking: 1 });
  });
});
