import { describe, expect, it } from 'vitest';
import { problemErrors } from '../../http/problem.js';
import { storedSpecSchema, trainingSpecSchema, type TrainingSpecInput } from '../trainingSpec.js';

const lookup = (column: string, dim?: number) =>
  ({ column, transform: 'lookup', id: true, ...(dim !== undefined && { dim }) }) as const;
const TOWERS = { query: [lookup('user', 16)], candidate: [lookup('item', 16)] };
const RATED = { ...TOWERS, target: { column: 'rating' } };
const lookedUp = (column: string) => ({ column, transform: 'lookup', dim: 4 }) as const;
const PRODUCTS = { table: 'products', on: { item: 'id' }, columns: { brand: 'brand' } };
const NO_LAYERS = { query: { layers: [] }, candidate: { layers: [] } };

type Parts = { [K in keyof TrainingSpecInput]?: unknown };
const specOf = (parts: Parts) => ({
  dataset: { source: { uri: 'rows.parquet' } },
  features: TOWERS,
  ...parts,
});
const dataset = (parts: object) => ({ source: { uri: 'rows.parquet' }, ...parts });

function mistakes(parts: Parts): string[] {
  const { error } = trainingSpecSchema.safeParse(specOf(parts));
  return error ? problemErrors(error).map(({ pointer, detail }) => `${pointer}: ${detail}`) : [];
}

const REFUSED: [string, Parts, RegExp][] = [
  [
    'a backslash and a t for a tab',
    { dataset: { source: { uri: 'rows.tsv', csv: { delimiter: '\\t' } } } },
    /^\/dataset\/source\/csv\/delimiter: is the 2 characters \\t: write a tab as "\\t", in double quotes$/,
  ],
  [
    'the word for a tab, of a table that is joined',
    { dataset: dataset({ tables: { items: { uri: 'items.txt', csv: { delimiter: 'tab' } } } }) },
    /^\/dataset\/tables\/items\/csv\/delimiter: is the 3 characters tab: /,
  ],
  [
    'a query that is told the item',
    {
      features: {
        ...TOWERS,
        query: [lookup('user', 16), { column: 'item', name: 'i', transform: 'hash', buckets: 9 }],
      },
    },
    /^\/features\/query\/1: is made of "item", which identifies the item: the model would be told what it is to find$/,
  ],
  [
    'a query that is told the item together with something else, by way of columns that are derived of it',
    {
      dataset: dataset({
        derive: [
          { name: 'small', is: 'lower', column: 'item' },
          { name: 'start', is: 'substring', column: 'small', length: 4 },
        ],
      }),
      features: {
        ...TOWERS,
        query: [lookup('user', 16), { columns: ['city', 'start'], transform: 'cross', buckets: 9 }],
      },
    },
    /^\/features\/query\/1: is made of "start", and that of "item", which identifies the item: /,
  ],
  [
    'a query that is told of the item by a table which is joined on its id',
    {
      dataset: dataset({ tables: { products: { uri: 'p.csv' } }, joins: [PRODUCTS] }),
      features: { ...TOWERS, query: [lookup('user', 16), lookedUp('brand')] },
    },
    /^\/features\/query\/1: is made of "brand", which "products" brings by "item", which identifies the item: the model would be told what it is to find$/,
  ],
  [
    'a query that is told of the item by a table which is joined on what another brings, and by a column derived of that',
    {
      dataset: dataset({
        tables: { products: { uri: 'p.csv' }, makers: { uri: 'm.csv' } },
        joins: [PRODUCTS, { table: 'makers', on: { brand: 'name' }, columns: { country: 'country' } }],
        derive: [{ name: 'place', is: 'lower', column: 'country' }],
      }),
      features: { ...TOWERS, query: [lookup('user', 16), lookedUp('country'), lookedUp('place')] },
    },
    /^\/features\/query\/1: is made of "country", which "makers" brings by way of "item", [^\n]*\n\/features\/query\/2: is made of "place", and that of "item", /,
  ],
  [
    'an item that is told of the user by a table which is joined on its id',
    {
      dataset: dataset({
        tables: { people: { uri: 'p.csv' } },
        joins: [{ table: 'people', on: { user: 'id' }, columns: { age: 'age' } }],
      }),
      features: { ...TOWERS, candidate: [lookup('item', 16), lookedUp('age'), lookedUp('user')] },
    },
    /^\/features\/candidate\/1: is made of "age", which "people" brings by "user", which identifies the user: an item is the same whoever asks, [^\n]*\n\/features\/candidate\/2: is made of "user", which identifies the user: /,
  ],
  [
    'users that are the items',
    { features: { ...TOWERS, query: [lookup('item', 16)] } },
    /^\/features\/query\/0: "item" identifies the item too: name the column of the user, or that of the item$/,
  ],
  [
    'a range that holds nothing',
    { dataset: dataset({ expectations: [{ expect: 'range', column: 'price', min: 10, max: 1 }] }) },
    /^\/dataset\/expectations\/0: min 10 is above max 1: no data would meet it; /,
  ],
  [
    'a range of times that holds nothing',
    {
      dataset: dataset({
        expectations: [{ expect: 'range', column: 'at', min: '2026-02-01', max: '2026-01-31T23:00:00Z' }],
      }),
    },
    /^\/dataset\/expectations\/0: min 2026-02-01 is above max 2026-01-31T23:00:00Z: /,
  ],
  [
    'a range without its only value',
    {
      dataset: dataset({
        expectations: [{ expect: 'range', column: 'price', min: 1, max: 1, strict: true }],
      }),
    },
    /^\/dataset\/expectations\/0: min 1 is not below max 1: /,
  ],
  [
    'more rows at least than at most, by a default',
    { dataset: dataset({ expectations: [{ expect: 'volume', atLeast: 3 }] }) },
    /^\/dataset\/expectations\/0: atLeast 3 is above atMost 2: /,
  ],
  [
    'a slice by a column that no feature reads',
    { evaluation: { slices: [{ by: 'item' }, { by: 'city' }] } },
    /^\/evaluation\/slices\/1: no feature is called city or reads such a column, .* take one of user, item$/,
  ],
  [
    'a slice by what has no values left',
    {
      features: { ...TOWERS, query: [lookup('user', 16), { column: 'text', transform: 'text' }] },
      evaluation: { slices: [{ by: 'text' }] },
    },
    /^\/evaluation\/slices\/0: text is a text, whose encoding does not say what the value was: take one of user, item$/,
  ],
  [
    'boundaries of what is no number',
    { evaluation: { slices: [{ by: 'user', boundaries: [1, 2] }] } },
    /^\/evaluation\/slices\/0: boundaries are for numbers, and user is a lookup: leave them out$/,
  ],
  [
    'towers without layers whose dims differ',
    { features: { ...TOWERS, query: [lookup('user', 8)] }, model: NO_LAYERS },
    /^\/model\/candidate\/layers: the query tower ends in width 8, the candidate tower in 16: /,
  ],
  [
    'last layers of other widths',
    {
      model: {
        query: {
          layers: [
            { type: 'dense', units: 32 },
            { type: 'dropout', rate: 0.5 },
          ],
        },
        candidate: {
          layers: [
            { type: 'dense', units: 16 },
            { type: 'residual', layers: [{ type: 'dense', units: 24 }] },
          ],
        },
      },
    },
    /width 32, the candidate tower in 24/,
  ],
  [
    'widths of features of every kind that have no vocabulary',
    {
      features: {
        candidate: [lookup('item', 16)],
        query: [
          lookup('user', 4),
          { column: 'a', transform: 'normalize', degree: 2, missingIndicator: true },
          { column: 'b', transform: 'cyclical', periods: ['hour-of-day'] },
          { column: 'c', transform: 'boolean' },
          { column: 'd', transform: 'hash', buckets: 20 },
        ],
      },
      model: NO_LAYERS,
    },
    // 4 + 3 + 2 + 1 + 8.
    /width 18, the candidate tower in 16/,
  ],
  [
    'a ranking model that multiplies outputs of other widths',
    {
      features: { ...RATED, query: [lookup('user', 8)] },
      model: { ...NO_LAYERS, type: 'ranking', rating: { input: 'concatenationAndProduct' } },
    },
    /width 8/,
  ],
  [
    'a decay that takes all of a weight',
    { training: { optimizer: { type: 'adamw', learningRate: 2, weightDecay: 0.5 } } },
    /^\/training\/optimizer\/weightDecay: a learning rate of 2 times a weight decay of 0.5 leaves nothing/,
  ],
  [
    'a decay that takes all of a weight once the rate is scaled',
    {
      training: {
        optimizer: { type: 'adamw', learningRate: 0.5, weightDecay: 0.5 },
        lrScaling: 'linear',
        batchSize: 8192,
        accumulateSteps: 2,
      },
    },
    /a learning rate of 2 /,
  ],
  [
    'a gate that passes whatever comes',
    { evaluation: { gates: [{ metric: 'test_recall_at_10', atLeast: 0 }] } },
    /^\/evaluation\/gates\/0: test_recall_at_10 lies between 0 and 1: every result passes/,
  ],
  [
    'a gate on a loss that passes whatever comes',
    { evaluation: { gates: [{ metric: 'val_loss', atLeast: -1 }] } },
    /val_loss is never below 0: every result passes/,
  ],
  [
    'a gate that nothing reaches',
    { evaluation: { gates: [{ metric: 'test_recall_at_10', atLeast: 20 }] } },
    /no result reaches 20/,
  ],
  [
    'a gate whose bounds cross',
    { evaluation: { gates: [{ metric: 'val_loss', atLeast: 3, atMost: 2 }] } },
    /atLeast 3 is above atMost 2/,
  ],
  [
    'a monitor at a K that the vocabulary does not reach',
    {
      features: { query: TOWERS.query, candidate: [{ ...lookup('item'), maxSize: 50 }] },
      training: { earlyStopping: { monitor: 'recall_at_50' } },
    },
    /^\/training\/earlyStopping\/monitor: recall_at_50 is 1 whatever the model does, since maxSize leaves 50 items/,
  ],
  [
    'a feature of a column that is not selected',
    { dataset: dataset({ select: ['user'] }) },
    /^\/features\/candidate\/0\/column: column "item" is not among those that dataset.select brings/,
  ],
  [
    'answers by a column that is not selected',
    {
      dataset: dataset({ select: ['user', 'item'] }),
      evaluation: { relevant: { column: 'stars', is: 'greaterOrEqual', value: 4 } },
    },
    /^\/evaluation\/relevant: column "stars" is not among those that dataset.select brings/,
  ],
  [
    'a split by a column that is not selected',
    { dataset: dataset({ select: ['user', 'item'], split: { strategy: 'time', column: 'at' } }) },
    /^\/dataset\/split\/column: column "at" is not among/,
  ],
  [
    'a column by the name that it had before it was renamed',
    { dataset: dataset({ rename: { user: 'CustomerID' }, columns: { CustomerID: { trim: true } } }) },
    /^\/dataset\/columns\/CustomerID: column "CustomerID" is called "user" since dataset.rename/,
  ],
  [
    'a column with two new names',
    { dataset: dataset({ rename: { user: 'id', buyer: 'id' } }) },
    /^\/dataset\/rename\/buyer: column "id" is called "user" already/,
  ],
  [
    'two new columns of one name',
    {
      dataset: dataset({
        derive: [
          { name: 'month', is: 'month', column: 'at' },
          { name: 'Month', is: 'month', column: 'at' },
        ],
      }),
    },
    /^\/dataset\/derive\/1\/name: makes a column "Month", and "month" is made already/,
  ],
  [
    'a derived column of one that comes later',
    {
      dataset: dataset({
        derive: [
          { name: 'double', is: 'add', of: [{ column: 'sum' }, { column: 'sum' }] },
          { name: 'sum', is: 'add', of: [{ column: 'a' }, { column: 'b' }] },
        ],
      }),
    },
    /^\/dataset\/derive\/0: is made of "sum", which is derived after it/,
  ],
  [
    'numbers of a column that is cast to text',
    {
      dataset: dataset({ columns: { price: { cast: 'string' } } }),
      features: { ...TOWERS, query: [lookup('user', 16), { column: 'price', transform: 'normalize' }] },
    },
    /^\/features\/query\/1\/column: takes numbers, and dataset.columns\["price"\].cast makes column "price" a text/,
  ],
  [
    'a target that is derived as a text',
    {
      dataset: dataset({ derive: [{ name: 'rating', is: 'concat', of: [{ column: 'a' }] }] }),
      features: RATED,
      model: { type: 'ranking' },
    },
    /^\/features\/target\/column: takes numbers, and dataset.derive\[0\] makes/,
  ],
  [
    'an order of texts',
    { dataset: dataset({ columns: { at: { cast: 'string' } }, split: { strategy: 'time', column: 'at' } }) },
    /^\/dataset\/split\/column: takes times or numbers/,
  ],
  [
    'a condition that compares times with a text',
    {
      dataset: dataset({
        columns: { at: { cast: 'timestamp' } },
        where: [{ column: 'at', is: 'less', value: 'yesterday' }],
      }),
    },
    /^\/dataset\/where\/0: compares column "at" with "yesterday"/,
  ],
  [
    'a model that is told its target',
    {
      features: {
        ...RATED,
        query: [lookup('user'), { column: 'rating', transform: 'bucketize', buckets: 5 }],
      },
      model: { type: 'ranking' },
    },
    /^\/features\/query\/1: is made of "rating", the target/,
  ],
  [
    'a bucket without an object',
    { dataset: { source: { uri: 'gs://bucket' } } },
    /^\/dataset\/source\/uri: names no objects/,
  ],
  [
    'a rate of dropout of a feature that is no lookup',
    { training: { augmentation: { lookupDropout: { user: 0.1, nobody: 0.1 } } } },
    /^\/training\/augmentation\/lookupDropout\/nobody: no lookup of one value is called so: name one of "user", "item"$/,
  ],
  [
    'a pattern that cannot be read',
    { dataset: dataset({ tables: { items: { uri: 'items-[9-0].csv' } } }) },
    /^\/dataset\/tables\/items\/uri: has the set \[9-0\]/,
  ],
];

describe('what the specification alone says', () => {
  it.each(REFUSED)('is refused at the start: %s', (_, parts, message) => {
    expect(mistakes(parts).join('\n')).toMatch(message);
    // What is recorded is read all the same.
    expect(storedSpecSchema.safeParse(specOf(parts)).success).toBe(true);
  });

  it.each<[string, Parts]>([
    [
      'tables that are joined on the id of their own tower',
      {
        dataset: dataset({
          tables: { people: { uri: 'u.csv' }, products: { uri: 'p.csv' } },
          joins: [{ table: 'people', on: { user: 'id' }, columns: { age: 'age' } }, PRODUCTS],
        }),
        features: {
          query: [...TOWERS.query, lookedUp('age')],
          candidate: [...TOWERS.candidate, lookedUp('brand')],
        },
      },
    ],
    [
      'a query of a ranking model, which is told its item anyway',
      {
        dataset: dataset({ tables: { products: { uri: 'p.csv' } }, joins: [PRODUCTS] }),
        features: { ...RATED, query: [...TOWERS.query, lookedUp('brand')] },
        model: { type: 'ranking' },
      },
    ],
    ['widths that the data decide', { features: { ...TOWERS, query: [lookup('user')] }, model: NO_LAYERS }],
    [
      'other widths of a ranking model',
      { features: { ...RATED, query: [lookup('user', 8)] }, model: { ...NO_LAYERS, type: 'ranking' } },
    ],
    ['last layers of one width', { features: { ...TOWERS, query: [lookup('user', 8)] } }],
    [
      'a gate above a baseline alone',
      { evaluation: { gates: [{ metric: 'test_recall_at_10', aboveBaseline: 'popularity' }] } },
    ],
    ['a gate of a metric that is not known', { dataset: dataset({ select: ['user', 'item'] }) }],
    ['names that are exchanged', { dataset: dataset({ rename: { item: 'user', user: 'item' } }) }],
    [
      'a text of times as a cycle',
      {
        dataset: dataset({ columns: { at: { cast: 'string' } } }),
        features: { ...TOWERS, query: [lookup('user', 16), { column: 'at', transform: 'cyclical' }] },
      },
    ],
    ['objects and patterns', { dataset: { source: { uri: 'gs://bucket/2026-[01][0-9]/*.parquet' } } }],
  ])('stays allowed: %s', (_, parts) => {
    expect(mistakes(parts)).toEqual([]);
  });
});
