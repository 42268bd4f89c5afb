import { trainingSpecSchema } from '@trainyard/shared';
import { multiSchema } from '@trainyard/shared/spec/shape/multi';
import type { Inspection } from '@trainyard/shared/profile/inspection';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { propose } from './proposal.js';
import { candidatesFor, likelyRoles } from './roles.js';
import { specText } from './specText.js';

type Column = Inspection['profile']['columns'][number];

const column = (name: string, parts: Partial<Column> = {}): Column => ({
  name,
  type: 'VARCHAR',
  kind: 'category',
  nulls: 0,
  nullShare: 0,
  distinct: 100,
  distinctIsExact: true,
  min: null,
  max: null,
  measured: null,
  top: [],
  ...parts,
});

const inspection = (columns: Column[], parts: Partial<Inspection> = {}): Inspection => ({
  schemaVersion: 1,
  format: 'csv',
  bytes: 1,
  isWhole: true,
  profile: { schemaVersion: 1, rows: 10_000, columns },
  readings: {},
  times: {},
  untrimmed: [],
  lists: {},
  valuesPerValue: [],
  unusable: {},
  ...parts,
});

const id = (name: string, parts: Partial<Column> = {}) =>
  column(name, { kind: 'id', distinct: 900, ...parts });
const time = (name: string) => column(name, { kind: 'time', type: 'TIMESTAMP', distinct: 9000 });

describe('the roles that trainyard init proposes', () => {
  it.each([
    ['CustomerID', 'StockCode', 'InvoiceDate'],
    ['cust_person_id', 'product_id', 'timestamp'],
    ['userId', 'movieId', 'timestamp'],
    ['user', 'item', 'date'],
    ['reviewerID', 'asin', 'unixReviewTime'],
    ['visitorid', 'itemid', 'event_time'],
    ['Kunden-Nr', 'Artikel-Nr', 'Datum'],
    ['client code', 'sku', 'created_at'],
  ])('are %s, %s and %s by their names', (user, item, at) => {
    const found = inspection([time(at), column('country'), id(item), id(user)]);
    expect(likelyRoles(found, {})).toEqual({ user, item, time: at });
  });

  it('take a description for the item where nothing else names it, and not where something does', () => {
    const text = column('Description', { kind: 'text', distinct: 4000 });
    const who = id('CustomerID');
    expect(likelyRoles(inspection([text, who]), {}).item).toBe('Description');
    expect(likelyRoles(inspection([text, who, id('StockCode')]), {}).item).toBe('StockCode');
  });

  it('leave out what is new in nearly each row, and numbers with a fraction', () => {
    const found = inspection([
      id('user_key', { distinct: 9990 }),
      column('user_score', { kind: 'number', type: 'DOUBLE' }),
      id('item'),
    ]);
    expect(candidatesFor('user', found)).toEqual([]);
    expect(likelyRoles(found, {})).toEqual({ item: 'item', time: null });
  });

  it('take numbers for times only where the name says so and they can be read as times', () => {
    const seconds = (name: string) =>
      column(name, {
        kind: 'number',
        distinct: 9000,
        measured: { of: 'value', rows: 1 } as Column['measured'],
      });
    const readings = {
      at: [{ cast: 'timestamp', trim: false }],
      price: [{ cast: 'timestamp', trim: false }],
    } as const;
    const found = inspection([seconds('price'), seconds('at'), id('user'), id('item')], {
      readings: { at: [...readings.at], price: [...readings.price] },
    });
    expect(likelyRoles(found, {}).time).toBe('at');
    expect(likelyRoles({ ...found, readings: {} }, {}).time).toBeNull();
  });

  it('keep those that are given, and give no column two', () => {
    const found = inspection([id('customer_id'), id('product_id'), id('account_id')]);
    expect(likelyRoles(found, { user: 'account_id', time: null })).toEqual({
      user: 'account_id',
      item: 'product_id',
      time: null,
    });
    expect(likelyRoles(found, { item: 'customer_id' }).user).toBe('account_id');
  });
});

describe('the specification that trainyard init writes', () => {
  const shop = inspection(
    [
      id('CustomerID', { type: 'DOUBLE', nulls: 10, nullShare: 0.001 }),
      id('Description', { kind: 'text' }),
      time('InvoiceDate'),
      column('Quantity', {
        kind: 'number',
        type: 'INTEGER',
        measured: { of: 'value', rows: 10_000, negatives: 7 } as Column['measured'],
      }),
      column('Country', { distinct: 30 }),
      column('Aisle', { distinct: 12 }),
      column('Basket', { distinct: 40 }),
      column('yes: "no"', { distinct: 1 }),
    ],
    {
      readings: { CustomerID: [{ cast: 'int64', trim: false }] },
      untrimmed: ['Description'],
      times: { InvoiceDate: { from: 0, to: 370 * 86_400 } },
      valuesPerValue: [
        { of: 'CustomerID', column: 'Country', values: 1.003 },
        { of: 'CustomerID', column: 'Basket', values: 9 },
        { of: 'Description', column: 'Aisle', values: 1 },
      ],
      unusable: { twice: 'stands twice in the header' },
    },
  );
  const roles = { user: 'CustomerID', item: 'Description', time: 'InvoiceDate' };
  const specOf = (found: Inspection, chosen = roles as Parameters<typeof propose>[1]) =>
    trainingSpecSchema.parse(parse(specText(propose(found, chosen), { uri: 'a b.csv', rows: '3 rows' })));

  it('is valid, and takes what each user and each item has one of as features of that tower', () => {
    const spec = specOf(shop);
    const names = (side: 'query' | 'candidate') =>
      spec.features[side].flatMap((feature) => ('column' in feature ? [feature.column] : []));
    expect(names('query')).toEqual(['CustomerID', 'Country']);
    expect(names('candidate')).toEqual(['Description', 'Aisle']);
    expect(spec.dataset.source.uri).toBe('a b.csv');
  });

  it('reads lists that each item has one of value by value, however many lists there are', () => {
    const spec = specOf({
      ...shop,
      profile: {
        ...shop.profile,
        columns: [
          ...shop.profile.columns,
          column('Genres', { kind: 'text', distinct: 880 }),
          column('Tags', { kind: 'text', distinct: 880 }),
        ],
      },
      lists: { Genres: multiSchema.parse({ delimiter: '|' }), Tags: multiSchema.parse({ list: true }) },
      valuesPerValue: ['Genres', 'Tags'].map((name) => ({ of: 'Description', column: name, values: 1 })),
    });
    expect(spec.features.candidate.slice(1)).toMatchObject([
      { column: 'Genres', transform: 'lookup', dim: 8, multi: { delimiter: '|', max: 16 } },
      { column: 'Tags', transform: 'lookup', dim: 8, multi: { list: true } },
    ]);
  });

  it('leaves out rows without user or item and those that take something back, and reads ids as they are meant', () => {
    const { dataset } = specOf(shop);
    expect(dataset.where).toEqual([
      { column: 'CustomerID', is: 'notNull' },
      { column: 'Quantity', is: 'greater', value: 0 },
    ]);
    expect(dataset.columns).toMatchObject({ CustomerID: { cast: 'int64' }, Description: { trim: true } });
  });

  it('splits and weighs by time where there is one, and draws rows where there is none', () => {
    expect(specOf(shop).dataset.split).toMatchObject({ strategy: 'time', column: 'InvoiceDate' });
    expect(specOf(shop).features.sampleWeight).toEqual({ column: 'InvoiceDate', halfLifeDays: 90 });
    const without = specOf(shop, { ...roles, time: null });
    expect(without.dataset.split).toMatchObject({ strategy: 'random' });
    expect(without.features.sampleWeight).toBeUndefined();
  });

  it('says of each column that is left why it is not used', () => {
    const text = specText(propose(shop, roles), { uri: 'x.csv', rows: '3 rows' });
    expect(text).toContain('# Columns that are not used:');
    expect(text).toMatch(/#\s+Basket: is not the same for all rows/);
    expect(text).toMatch(/#\s+yes: "no": has one value alone/);
    expect(text).toMatch(/#\s+twice: stands twice in the header/);
  });

  it('says that a time is ambiguous where its values fit two orders of day and month', () => {
    const found = inspection([id('user'), id('item'), column('date', { distinct: 300 })], {
      readings: {
        date: [
          { cast: 'timestamp', trim: false, format: '%d/%m/%Y' },
          { cast: 'timestamp', trim: false, format: '%m/%d/%Y' },
        ],
      },
    });
    const proposal = propose(found, { user: 'user', item: 'item', time: 'date' });
    expect(proposal.cleanings).toEqual([
      {
        column: 'date',
        cleaning: { cast: 'timestamp', format: '%d/%m/%Y' },
        why: 'CHECK THIS: the values fit "%m/%d/%Y" as well',
      },
    ]);
  });

  it('quotes names that YAML would take for something else', () => {
    const found = inspection([id('no'), id('user: {x}'), column('c')]);
    const spec = specOf(found, { user: 'user: {x}', item: 'no', time: null });
    expect(spec.features.candidate[0]).toMatchObject({ column: 'no' });
    expect(spec.features.query[0]).toMatchObject({ column: 'user: {x}' });
  });

  it('draws negatives where there are more items than a softmax over all is worth', () => {
    const found = inspection([id('user'), id('item', { distinct: 200_000 })]);
    expect(specOf(found, { user: 'user', item: 'item', time: null }).training.negatives).toMatchObject({
      type: 'sampled',
    });
  });
});
