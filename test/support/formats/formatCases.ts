/** Models of every type with every transform and layer, and queries that are known, unknown, missing, ill-written and of many scripts. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureValue, FeatureValues } from '@trainyard/recommender/encode/value';
import type { Calibration } from '@trainyard/recommender/layers/calibration';
import type { TrainingSpecInput } from '@trainyard/shared';
import { randomFor } from '../../../trainer-job/model/random.js';
import type { FormatContext } from '../../../trainer-job/export/formats/format.js';
import { writeFormats } from '../../../trainer-job/export/formats/writeFormats.js';
import { exportedModel, type ExportedModel } from '../training/exportedModel.js';
import type { FormatModel } from './formatModel.js';
import { typedItem, typedModel, typedQueries, TYPED_COLUMNS } from './typedCase.js';

type ModelType = 'retrieval' | 'ranking' | 'hybrid';
/** A model of each type, and one whose columns have types. */
export type CaseName = ModelType | 'typed';
export const CASE_NAMES: readonly CaseName[] = ['retrieval', 'ranking', 'hybrid', 'typed'];

const NAMES = [
  'ana',
  'Zoë',
  'Zoe\u0308',
  'ñandú',
  '日本',
  '🙂 ok',
  'ǅ',
  '',
  ' lead',
  '42',
  'ẞtraße',
  'مرحبا',
];
const WORDS = ['red', 'RED', 'ﬁne', 'fine', 'größe', 'ÅNGSTRÖM', '東京', '１２', 'a1'];

const FEATURES: TrainingSpecInput['features'] = {
  query: [
    { column: 'user', transform: 'lookup', id: true },
    { column: 'k', transform: 'lookup' },
    { column: 'city', transform: 'lookup', oovBuckets: 3 },
    { column: 'code', transform: 'lookup' },
    { column: 'session', transform: 'hash', buckets: 7 },
    { columns: ['user', 'city'], transform: 'cross', buckets: 11 },
    {
      column: 'at',
      transform: 'cyclical',
      periods: ['hour-of-day', 'day-of-week', 'day-of-month', 'month-of-year', 7000],
      missingIndicator: true,
    },
    { column: 'age', transform: 'bucketize', boundaries: [-1, 0, 18, 30.5, 60] },
    { column: 'amount', transform: 'normalize', log1p: true, degree: 2, missingIndicator: true },
    { column: 'member', transform: 'boolean', missingIndicator: true },
  ],
  candidate: [
    { column: 'item', transform: 'lookup', id: true },
    { column: 'k', transform: 'lookup' },
    { column: 'name', transform: 'text', bigramBuckets: 9, maxTokens: 4 },
    { column: 'note', transform: 'text', buckets: 13, maxTokens: 3 },
    { column: 'price', transform: 'normalize', clip: [0.05, 0.95] },
  ],
};

const LAYERS: NonNullable<NonNullable<TrainingSpecInput['model']>['query']>['layers'] = [
  { type: 'batchNorm' },
  { type: 'cross', depth: 2 },
  { type: 'dense', units: 10, activation: 'gelu' },
  { type: 'dropout', rate: 0.3 },
  { type: 'cross', depth: 1, rank: 3 },
  { type: 'residual', layers: [{ type: 'dense', units: 8, activation: 'elu' }, { type: 'batchNorm' }] },
  { type: 'residual', layers: [{ type: 'dense', units: 8, activation: 'tanh' }] },
  { type: 'dense', units: 9, activation: 'sigmoid' },
  { type: 'dense', units: 9, activation: 'relu' },
  { type: 'dense', units: 6, activation: 'linear' },
];

const pick = <T>(random: () => number, values: readonly T[]): T =>
  values[Math.floor(random() * values.length)]!;

const AMOUNTS: readonly FeatureValue[] = [
  3.25,
  0,
  -7,
  1e6,
  '12.5',
  ' 4 ',
  '+5',
  '.5',
  '5.',
  '1e2',
  '-1.5E-3',
  'abc',
  '',
  null,
  'Infinity',
  '1e999',
  'NaN',
  123456789.125,
  '\u00a07\u3000',
  '1_000',
  '0.1.2',
  '-0',
];
const TIMES: readonly FeatureValue[] = [
  '2024-02-29',
  '2024-02-29T23:59:59.999999Z',
  '2023-12-31 12:30',
  '1969-07-20T20:17:40+02:00',
  '2000-01-01T00:00:00-0530',
  '0099-03-01',
  '2024-13-45',
  '2024-06-15T25:61:61',
  ' 2021-05-05 10:00:00.5 Z ',
  '2021-05-05T10:00:00.1234567',
  '2024-01-01T00:00+05',
  1_700_000_000,
  -5_000_000_000,
  0,
  '1700000000.25',
  'soon',
  '',
  null,
  1e13,
  '2024-1-1',
  '9999-12-31T23:59:59Z',
  86_399.999,
];
const TRUTHS: readonly FeatureValue[] = [
  true,
  false,
  'Yes',
  ' TRUE',
  'n',
  '0',
  '1',
  'perhaps',
  null,
  '',
  'yeſ',
  't\u00a0',
];

/** One row of values; about one in ten of each column is missing. */
function queryOf(random: () => number): FeatureValues {
  const unknown = `?${Math.floor(random() * 1e6)}`;
  const values: Record<string, FeatureValue> = {
    user: pick(random, [...NAMES, ...NAMES, unknown, null]),
    k: pick(random, ['x', 'y', 'ü', unknown, null]),
    city: pick(random, ['Köln', '東京', 'Paris', unknown, '🙃', null]),
    code: pick(random, [
      '7',
      7,
      ' 007',
      '+7',
      '7.0',
      '-0',
      '0',
      '-12',
      'x7',
      '',
      null,
      '9007199254740993',
      '7.5',
    ]),
    session: pick(random, ['s', 'größe', unknown, null]),
    at: pick(random, TIMES),
    age: pick(random, [...AMOUNTS, 18, 30.5, 30.4999, 60, -1, 17]),
    amount: pick(random, AMOUNTS),
    member: pick(random, TRUTHS),
  };
  return Object.fromEntries(Object.entries(values).filter(() => random() > 0.08));
}

function itemOf(random: () => number, i: number): FeatureValues {
  return {
    item: i < NAMES.length ? NAMES[i]! : `i${i}`,
    k: pick(random, ['x', 'z', null]),
    name: pick(random, [null, '', '!!', Array.from({ length: 6 }, () => pick(random, WORDS)).join(' ')]),
    note: pick(random, [null, `${pick(random, WORDS)}-${pick(random, WORDS)}`]),
    price: pick(random, [1, 2.5, 3.75, 100, null, '8']),
  };
}

/** What rows of training are like; a thousand queries hold what they do not. */
function trainingQuery(random: () => number): FeatureValues {
  return {
    user: pick(random, NAMES),
    k: pick(random, ['x', 'y', 'ü']),
    city: pick(random, ['Köln', '東京', 'Paris']),
    code: pick(random, ['7', '0', '-12', '9007199254740993']),
    session: 's',
    at: 1_700_000_000,
    age: pick(random, [5, 20, 40, 70]),
    amount: pick(random, [1, 10, 100, 1000, 5]),
    member: 'true',
  };
}

const ISOTONIC: Calibration = {
  applied: true,
  maps: [
    { method: 'isotonic', x: [0.2, 0.4, 0.5, 0.9], y: [0.1, 0.1, 0.35, 0.8] },
    { method: 'platt', slope: 1.3, intercept: -0.2 },
  ],
};

const MODELS: Record<ModelType, NonNullable<TrainingSpecInput['model']>> = {
  retrieval: {
    type: 'retrieval',
    query: { layers: LAYERS },
    candidate: { layers: LAYERS },
    similarity: 'cosine',
    temperature: 0.07,
  },
  ranking: {
    type: 'ranking',
    query: { layers: LAYERS },
    candidate: { layers: LAYERS },
    rating: {
      input: 'concatenationAndProduct',
      layers: [{ type: 'dense', units: 8, activation: 'gelu' }],
      loss: { type: 'binaryCrossEntropy' },
    },
  },
  hybrid: {
    type: 'hybrid',
    query: { layers: LAYERS },
    candidate: { layers: LAYERS },
    temperature: { learned: true, initial: 0.3 },
    rating: { loss: { type: 'categoricalCrossEntropy', classes: [1, 2, 3.5, 5] } },
  },
};

/** DuckDB's types of columns, as data of that kind have them. */
const COLUMN_TYPES = { code: 'BIGINT', amount: 'DOUBLE', age: 'DOUBLE', at: 'TIMESTAMP' };

/** A model with all of its formats, which know the types of its columns. */
export async function formatCase(name: CaseName): Promise<FormatModel> {
  const { exported, items } = name === 'typed' ? await typedModel() : await modelOf(name);
  const { directory } = exported;
  const path = join(directory, 'transform', 'transform.json');
  const document: unknown = JSON.parse(await readFile(path, 'utf8'));
  const columnTypes = name === 'typed' ? TYPED_COLUMNS : COLUMN_TYPES;
  await writeFile(path, JSON.stringify({ ...Object(document), columnTypes }));
  // It has the digests of the files as they were exported.
  await rm(join(directory, 'manifest.json'), { force: true });
  await writeFormats(contextOf(exported));
  return { folder: directory, trained: exported.model, items, isFarOut: true };
}

function contextOf({ model, directory }: ExportedModel): FormatContext {
  const none = { count: 0, query: new Int32Array(), item: new Int32Array() };
  return {
    model,
    data: {
      query: model.query.data,
      candidate: model.candidate.data,
      splits: { train: none, validation: none, test: none },
    },
    spec: { ...model.spec, outputs: {} },
    items: [],
    version: 'test#1',
    createdAt: new Date(0),
    folder: directory,
    between: async () => {},
  };
}

/** More items that are alike than are scored twice beyond those that are asked for. */
const TWINS = { from: 20, to: 45 };

async function modelOf(type: ModelType) {
  const random = randomFor(5, `rows of ${type}`);
  const target =
    type === 'ranking'
      ? { column: 'rating', threshold: 3 }
      : type === 'hybrid'
        ? { column: 'rating' }
        : undefined;
  const queries = Array.from({ length: 40 }, () => trainingQuery(random));
  const different = Array.from({ length: 60 }, (_, i) => itemOf(random, i));
  const twin = different[TWINS.from]!;
  const items = different.map((row, i) =>
    i >= TWINS.from && i < TWINS.to ? { ...twin, item: row['item'] } : row,
  );
  const exported = await exportedModel(
    { features: { ...FEATURES, ...(target && { target }) }, model: MODELS[type], outputs: { formats: [] } },
    queries,
    items,
    type === 'ranking' ? ISOTONIC : undefined,
    items.slice(TWINS.from, TWINS.to).map(({ item }) => String(item)),
  );
  return { exported, items };
}

export function queriesOf(name: CaseName, count: number): FeatureValues[] {
  if (name === 'typed') return typedQueries(count);
  const random = randomFor(6, 'queries');
  return Array.from({ length: count }, () => queryOf(random));
}

/** So many items, of which the model knows most. */
export function itemsOf(name: CaseName, count: number): FeatureValues[] {
  const random = randomFor(7, 'items');
  const one = name === 'typed' ? typedItem : itemOf;
  return Array.from({ length: count }, (_, i) => one(random, i % 80));
}
