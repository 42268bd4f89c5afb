/** A model whose columns have types, and values of requests that mean the same as those of the data and are written otherwise, or nearly so. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureValue, FeatureValues } from '@trainyard/recommender/encode/value';
import type { TrainingSpecInput } from '@trainyard/shared';
import { randomFor } from '../../../trainer-job/model/random.js';
import { exportedModel } from '../training/exportedModel.js';

interface TypedColumn {
  /** DuckDB's. */
  type: string;
  /** As the data write them. */
  trained: readonly string[];
  asked: readonly FeatureValue[];
}

const QUERY: Readonly<Record<string, TypedColumn>> = {
  user: {
    type: 'BIGINT',
    trained: ['1', '42', '-7', '2147483648', '9007199254740993', '9223372036854775807', '0'],
    asked: [
      1,
      42n,
      '042',
      ' 42 ',
      '+42',
      '42.0',
      '-7',
      '-07.000',
      '2147483648',
      2_147_483_648,
      '\u00a042',
      9_007_199_254_740_993n,
      '9223372036854775807',
      9_223_372_036_854_775_808n,
      '0',
      '-0',
      0,
      '',
      '42.5',
      '4２',
      '1e1',
      'forty',
      null,
      '9'.repeat(400),
      '0'.repeat(400),
      true,
    ],
  },
  huge: {
    type: 'HUGEINT',
    trained: ['170141183460469231731687303715884105727', '5', '-3'],
    asked: [170_141_183_460_469_231_731_687_303_715_884_105_727n, '05', 5, '+5', '-3.0', '-3', '5.1', null],
  },
  price: {
    type: 'DECIMAL(6,2)',
    trained: ['1.50', '-0.25', '100.00', '0.05', '0.00'],
    asked: [
      1.5,
      '1.5',
      '01.500',
      '1.505',
      '-.25',
      '-0.25',
      '-0.2500',
      100,
      '1e2',
      '.05',
      '0.05',
      '0',
      '-0',
      '-0.00',
      '',
      null,
      '5.',
      '٣',
      '+1.5',
      ' 100 ',
      '1.5\u3000',
      '1.50.0',
    ],
  },
  fine: {
    type: 'DECIMAL(3,3)',
    trained: ['.500', '-.250', '.000'],
    asked: ['0.5', '.5', '.500', 0.5, '-0.25', '-0.250', '0', '0.000', '1.5', '-0', '-00.2500', null],
  },
  whole: {
    type: 'DECIMAL(4,0)',
    trained: ['7', '-12', '0'],
    asked: ['7.0', '7', '07', '-12.', '7.5', '-0', 7, -12, null],
  },
  ratio: {
    type: 'DOUBLE',
    trained: ['0.1', '1e-07', '1e+16', '-2.5', '0', '1234567.891', '16', '1.2345678901234566e+35'],
    asked: [
      0.1,
      '0.10',
      '1e-1',
      '1e-7',
      1e-7,
      '0.0000001',
      '1e16',
      '10000000000000000',
      '-2.5',
      '-2.50',
      '-0',
      'NaN',
      'Infinity',
      '1e999',
      '1e-999',
      '0x10',
      '0b1',
      '16.0',
      null,
      '',
      '0.10000000000000002',
      '0.1000000000000000055511151231257827',
      `0.1${'0'.repeat(300)}`,
      '00000000000000000000000000000000.1',
      '123456789012345660000000000000000000',
      `1${'0'.repeat(300)}e-301`,
      '-2.5e+0000000000000000000000000000',
    ],
  },
  day: {
    type: 'DATE',
    trained: ['2024-02-29', '1969-07-20', '0044-03-15', '2023-03-01'],
    asked: [
      '2024-02-29',
      '2024-02-29T00:00:00Z',
      '2024-02-29 00:00',
      '2024-02-29T12:00',
      '1969-07-20',
      '2024-02-28T22:00:00-02:00',
      1_709_164_800,
      '1709164800',
      '1709164800000000',
      '0044-03-15',
      '1944-03-15',
      'yesterday',
      '',
      '2023-02-29',
      '2024-13-01',
      '2024-04-31',
      '2024-02-00',
      '2024-02-28T24:00',
      '2024-02-29T24:00:01',
      '2024-02-29T00:60',
      '2024-02-29T00:00+24:00',
      null,
      '0000-01-01',
      '24-02-29',
    ],
  },
  moment: {
    type: 'TIMESTAMP',
    trained: ['2024-02-29 23:59:59.5', '1900-01-01 00:00:00', '2024-06-15 12:00:00.000001'],
    asked: [
      '2024-02-29T23:59:59.500Z',
      '2024-02-29 23:59:59.5',
      1_709_251_199.5,
      '2024-03-01T01:59:59.5+02:00',
      '1900-01-01',
      -2_208_988_800,
      '2024-06-15T12:00:00.000001Z',
      '2024-06-15T12:00:00.0000019',
      '9999-12-31T23:59:59.999999',
      '1e999',
      '0x5',
      null,
    ],
  },
  zoned: {
    type: 'TIMESTAMP WITH TIME ZONE',
    trained: ['2024-02-29 23:59:59.5+00', '1900-01-01 00:00:00+00'],
    asked: [
      '2024-02-29T23:59:59.500Z',
      '2024-02-29 23:59:59.5+00',
      '2024-02-29 23:59:59.5',
      1_709_251_199.5,
      '2024-03-01T01:59:59.5+02:00',
      '1900-01-01',
      '1900-01-02',
      'now',
      null,
    ],
  },
  gauge: {
    type: 'FLOAT',
    trained: ['0.3', '123456790', '0', '1.1754944e-38'],
    asked: [
      0.3,
      '0.30',
      Math.fround(0.3),
      '0.30000001192092896',
      '0.3000001',
      123_456_789,
      -0,
      1.175_494_35e-38,
      '1e39',
      'much',
      null,
    ],
  },
  agreed: {
    type: 'BOOLEAN',
    trained: ['true', 'false'],
    asked: [true, false, 'TRUE', ' yes ', '0', 'maybe', '', null],
  },
  coded: {
    type: 'BIGINT',
    trained: ['1'],
    asked: ['01', '1', 1, 0, '00', '1.0', '2', 'true', true, null, 'N '],
  },
  dated: {
    type: 'TIMESTAMP',
    trained: ['2024-01-01 00:00:00'],
    asked: ['1', '0', 'true', '2024-01-01', 'F', null],
  },
  share: { type: 'DOUBLE', trained: ['1'], asked: ['1.0', '1e0', '0.0', '-0', '2', 't', 1, 0, null] },
  weight: {
    type: 'FLOAT',
    trained: ['1', '2.5', '-4', '9'],
    asked: [
      0.1,
      '0.1',
      10.000_000_1,
      '1e39',
      -1e39,
      16_777_217,
      '-9.9999999',
      NaN,
      Infinity,
      '',
      '0x1F',
      'Infinity',
      null,
      '3.3',
      -10,
      10,
    ],
  },
  mass: {
    type: 'DOUBLE',
    trained: ['0.5', '1', '3', '4.5'],
    asked: [0, 5, 5.000_000_001, -1e-12, 1e300, '4', 'heavy', null, 1e-9, '2.5', 7n],
  },
  level: {
    type: 'FLOAT',
    trained: ['0', '1', '5'],
    asked: [0.1, '0.1', 0.099_999_999, 1, 0.999_999_999, 16_777_217, 1e9, -5, null, '1.0', '-0', ''],
  },
  paid: { type: 'BOOLEAN', trained: ['1', '0', '1'], asked: [true, false, 'true', 'No', null, 1, '0', '?'] },
  stamp: {
    type: 'BIGINT',
    trained: ['1700000000000'],
    asked: [
      1_709_251_199_500,
      '1709251199500',
      '2024-02-29T23:59:59.5',
      '0044-03-15',
      null,
      '0000-12-31',
      '',
      '0099-12-31T23:59:59.999999',
      '0100-01-01',
      1_583_020_799_999,
      '1e12',
      'now',
    ],
  },
};

const CANDIDATE: Readonly<Record<string, TypedColumn>> = {
  label: {
    type: 'VARCHAR',
    trained: ['Ünïcode', '', ' ', 'null', 'e\u0301', '\u00e9', 'x'.repeat(5000)],
    asked: ['Ünïcode', '', ' ', null, 'null', 'e\u0301', '\u00e9', 'x'.repeat(5000), 'x'.repeat(4999), 'İ'],
  },
  made: {
    type: 'DATE',
    trained: ['2020-01-01', '2020-01-02'],
    asked: ['2020-01-01', 1_577_836_800, '2020-01-02T00:00', null, 'x'],
  },
};

const OUTPUT = { type: 'dense', units: 4, activation: 'linear' } as const;

const MS = ['hour-of-day', 'day-of-week', 'day-of-month', 'month-of-year', 1000.5] as const;

const FEATURES: TrainingSpecInput['features'] = {
  query: [
    { column: 'user', transform: 'lookup', id: true },
    ...['huge', 'price', 'fine', 'whole', 'ratio', 'day', 'moment', 'zoned', 'gauge', 'agreed'].map(
      (column) => ({
        column,
        transform: 'lookup' as const,
      }),
    ),
    { column: 'agreed', name: 'agrees', transform: 'boolean', missingIndicator: true },
    { column: 'coded', transform: 'boolean', missingIndicator: true },
    { column: 'dated', transform: 'boolean', missingIndicator: true },
    { column: 'share', transform: 'boolean', missingIndicator: true },
    { column: 'weight', transform: 'normalize', missingIndicator: true },
    { column: 'mass', transform: 'normalize', log1p: true, degree: 2, missingIndicator: true },
    { column: 'level', transform: 'bucketize', boundaries: [0.1, 1, 16_777_216] },
    { column: 'paid', transform: 'normalize', missingIndicator: true },
    { column: 'stamp', transform: 'cyclical', periods: [...MS], missingIndicator: true },
    { column: 'moment', name: 'when', transform: 'cyclical', periods: ['day-of-month'] },
    { column: 'user', name: 'hashed user', transform: 'hash', buckets: 11 },
    { columns: ['price', 'day', 'ratio'], name: 'crossed', transform: 'cross', buckets: 13 },
    { column: 'moment', name: 'rare', transform: 'lookup', oovBuckets: 3 },
  ],
  candidate: [
    { column: 'item', transform: 'lookup', id: true },
    { column: 'label', transform: 'lookup' },
    { column: 'label', name: 'words', transform: 'text', buckets: 17, maxTokens: 3 },
    { column: 'made', transform: 'lookup' },
  ],
  target: { column: 'rating', log1p: true, normalize: true },
};

/** What `fit` finds in columns of single precision, with outliers, and of times in milliseconds. */
const FITTED: Readonly<Record<string, object>> = {
  weight: { single: true, outliers: { low: -10, high: 10, median: null } },
  mass: { outliers: { low: 0, high: 5, median: 2.5 } },
  level: { single: true, outliers: { low: -1, high: 20_000_000, median: null } },
  stamp: { unit: 'ms' },
};

const pick = <T>(random: () => number, values: readonly T[]): T =>
  values[Math.floor(random() * values.length)]!;

function rowOf(
  columns: Readonly<Record<string, TypedColumn>>,
  valueOf: (column: TypedColumn) => FeatureValue,
): FeatureValues {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, valueOf(column)]));
}

export function typedQueries(count: number): FeatureValues[] {
  const random = randomFor(9, 'typed queries');
  return Array.from({ length: count }, () => rowOf(QUERY, ({ asked }) => pick(random, asked)));
}

/** Of ids that are decimals, written with zeros that mean nothing. */
export function typedItem(random: () => number, i: number): FeatureValues {
  return { item: `0${i}.50`, ...rowOf(CANDIDATE, ({ asked }) => pick(random, asked)) };
}

/** The model, without formats, and its items. */
export async function typedModel() {
  const trainedRow = (columns: Readonly<Record<string, TypedColumn>>, i: number) =>
    rowOf(columns, ({ trained }) => trained[i % trained.length]);
  const items = Array.from({ length: 60 }, (_, i) => ({ item: `${i}.5`, ...trainedRow(CANDIDATE, i) }));
  const exported = await exportedModel(
    {
      features: FEATURES,
      model: {
        type: 'hybrid',
        similarity: 'dot',
        query: { layers: [{ type: 'dense', units: 6, activation: 'tanh' }, OUTPUT] },
        candidate: { layers: [OUTPUT] },
        rating: { input: 'concatenationAndProduct', layers: [{ type: 'dense', units: 5 }] },
      },
      outputs: { formats: [] },
    },
    Array.from({ length: 20 }, (_, i) => trainedRow(QUERY, i)),
    items,
    undefined,
    // Rows are alike every 14 items.
    ['3.5', '17.5', '31.5', '45.5'],
  );
  const path = join(exported.directory, 'transform', 'transform.json');
  const document: TransformText = JSON.parse(await readFile(path, 'utf8'));
  for (const { encoded, fitted } of document.query.features) Object.assign(fitted, FITTED[encoded.name]);
  await writeFile(path, JSON.stringify(document));
  return { exported, items };
}

interface TransformText {
  query: { features: { encoded: { name: string }; fitted: object }[] };
}

export const TYPED_COLUMNS: Readonly<Record<string, string>> = {
  item: 'DECIMAL(5,1)',
  ...Object.fromEntries(Object.entries({ ...QUERY, ...CANDIDATE }).map(([name, { type }]) => [name, type])),
};
