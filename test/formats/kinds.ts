/** Models that have every transform and every layer between them, and queries that nobody thought of. */
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import type { Calibration } from '@trainyard/recommender/layers/calibration';
import { activationSchema, type Activation, type TrainingSpecInput } from '@trainyard/shared';
import { HASHED_TAGS, SUM_OF_TAGS, tagsOf } from '../support/formats/severalValues.js';
import { randomFor } from '../../trainer-job/model/random.js';

type Feature = TrainingSpecInput['features']['query'][number];
type Model = NonNullable<TrainingSpecInput['model']>;
type Layer = NonNullable<NonNullable<Model['query']>['layers']>[number];

export interface Kind {
  features: TrainingSpecInput['features'];
  model: Model;
  calibration?: Calibration;
}

/** Every transform, and of some what they do only when asked to. */
const FEATURES: Feature[] = [
  { column: 'city', transform: 'lookup', dim: 3 },
  { column: 'city', name: 'rare city', transform: 'lookup', dim: 2, minCount: 4, oovBuckets: 3 },
  { column: 'city', name: 'hashed', transform: 'hash', buckets: 5, dim: 2 },
  { column: 'note', transform: 'text', maxTokens: 5, bigramBuckets: 7, dim: 3 },
  SUM_OF_TAGS,
  HASHED_TAGS,
  { column: 'tags', name: 'mean tags', transform: 'lookup', dim: 2, multi: { delimiter: '|', max: 3 } },
  { column: 'note', name: 'words', transform: 'text', maxTokens: 3, buckets: 9, dim: 2 },
  {
    column: 'price',
    transform: 'normalize',
    log1p: true,
    clip: [0.05, 0.95],
    degree: 2,
    missingIndicator: true,
  },
  { column: 'price', name: 'plain price', transform: 'normalize' },
  { column: 'price', name: 'band', transform: 'bucketize', buckets: 4, dim: 2 },
  {
    column: 'at',
    transform: 'cyclical',
    periods: ['hour-of-day', 'day-of-week', 'day-of-month', 'month-of-year', 1000],
    missingIndicator: true,
  },
  { column: 'flag', transform: 'boolean', missingIndicator: true },
  { columns: ['city', 'flag'], transform: 'cross', buckets: 11, dim: 2 },
];

const dense = (units: number, activation: Activation): Extract<Layer, { type: 'dense' }> => ({
  type: 'dense',
  units,
  activation,
});

const LAYERS: Layer[] = [
  ...activationSchema.options.map((activation) => dense(7, activation)),
  { type: 'dropout', rate: 0.4 },
  { type: 'batchNorm' },
  { type: 'cross', depth: 2 },
  { type: 'cross', depth: 1, rank: 2 },
  { type: 'residual', layers: [dense(5, 'tanh'), { type: 'batchNorm' }] },
  { type: 'residual', layers: [dense(5, 'gelu'), { type: 'dropout', rate: 0.1 }] },
];

const tower = (id: string): Feature[] => [
  { column: id, transform: 'lookup', id: true, dim: 4, minCount: 1 },
  ...FEATURES,
];
const towers = { query: { layers: [...LAYERS, dense(4, 'linear')] }, candidate: { layers: LAYERS.slice(3) } };
const equalTowers = { ...towers, candidate: { layers: [...LAYERS.slice(3), dense(4, 'linear')] } };
const features = { query: tower('user'), candidate: tower('item') };

export const KINDS: Record<string, Kind> = {
  retrieval: {
    features,
    model: { type: 'retrieval', ...equalTowers, similarity: 'cosine', temperature: { learned: true } },
  },
  'ranking by classes': {
    features: { ...features, target: { column: 'rating' } },
    model: {
      type: 'ranking',
      ...towers,
      rating: {
        layers: LAYERS.slice(4),
        loss: { type: 'categoricalCrossEntropy', classes: [1, 2, 5] },
      },
    },
  },
  'ranking of answers, calibrated': {
    features: { ...features, target: { column: 'rating', threshold: 3 } },
    model: {
      type: 'ranking',
      ...equalTowers,
      rating: { input: 'concatenationAndProduct', layers: [], loss: { type: 'binaryCrossEntropy' } },
    },
    calibration: {
      applied: true,
      maps: [
        { method: 'isotonic', x: [0.2, 0.4, 0.6], y: [0.1, 0.1, 0.9] },
        { method: 'isotonic', x: [0.5], y: [0.25] },
        { method: 'platt', slope: 2, intercept: -1 },
      ],
    },
  },
  hybrid: {
    features: { ...features, target: { column: 'rating', log1p: true, normalize: true } },
    model: {
      type: 'hybrid',
      ...equalTowers,
      temperature: 0.2,
      rating: { input: 'concatenationAndProduct', layers: [dense(5, 'relu')] },
    },
  },
};

const rowOf = (id: string, i: number): FeatureValues => ({
  [id]: `${id}${i}`,
  city: i % 5 === 0 ? null : `c${i % 4}`,
  price: i % 6 === 1 ? null : Math.round(Math.exp(i / 7) * 100) / 100,
  at: i % 7 === 2 ? null : new Date(Date.UTC(2024, 0, 1) + i * 86_477_123).toISOString(),
  flag: i % 4 === 0 ? null : i % 3 === 0,
  tags: tagsOf(i),
  note: i % 9 === 0 ? null : `Größe ${i % 5}, TEA and tea №${i}`,
});
export const QUERIES = Array.from({ length: 23 }, (_, i) => rowOf('user', i));
/** Items that are alike but for their ids, among others. */
export const TWINS = ['item3', 'item5', 'item11', 'item16'];
export const ITEMS = Array.from({ length: 17 }, (_, i) => {
  const row = rowOf('item', i);
  return TWINS.includes(`item${i}`) ? { ...rowOf('item', 3), item: `item${i}` } : row;
});

const TEXTS = [
  'c0',
  'c1',
  'c2',
  'c3',
  '',
  ' ',
  'C1',
  'ﬁn\u00e9',
  'fi\u0301n',
  '東京',
  '🚲 e\u0301',
  'İstanbul',
  '<none>',
];
const NOTES = [
  'Größe 3, TEA',
  'ＴＥＡ and ﬁnest tea',
  '',
  'no such words',
  'GRÖSSE 2 №7',
  'תה 東京 🚲 tea',
  'tea '.repeat(40),
];
const TAGS = ['t0', 't1| t2 |t9', '', '|||', 't3|t3|t3', 't1|t2|t3|t4|t5|t6', 'T0', 'tea|🚲'];
const PRICES = [0, -0, -3.5, 1, 1.15, 2.72, 1e-9, 1e4, -1e4, 7, 'seven', '7.5', Infinity, NaN, ''];
const TIMES = [
  '2024-02-29T23:59:59.999Z',
  '2023-12-31',
  '1969-12-31T23:00:00Z',
  '1900-02-28 23:59:59',
  '2000-02-29',
  '0001-01-01',
  '9999-12-31T23:59:59Z',
  '2100-03-01',
  'yesterday',
  1_709_251_199.5,
  '2024-06-30T12:00+02:00',
];
const FLAGS = [true, false, 'YES', 'n', 'F', '1', 0, 'perhaps', 'tRuE', ''];

/** So many rows of strange values: unknown, missing, Unicode, early and late, far out. */
export function strangeRows(id: string, known: number, count: number): FeatureValues[] {
  const random = randomFor(11, `strange ${id}`);
  const one = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;
  const maybe = <T>(value: T): T | null | undefined =>
    random() < 0.15 ? null : random() < 0.05 ? undefined : value;
  return Array.from({ length: count }, () => ({
    [id]: maybe(random() < 0.7 ? `${id}${Math.floor(random() * known)}` : one(TEXTS)),
    city: maybe(one(TEXTS)),
    price: maybe(random() < 0.5 ? random() * 40 - 5 : one(PRICES)),
    at: maybe(random() < 0.5 ? Math.floor(random() * 4e9) - 2e9 : one(TIMES)),
    flag: maybe(one(FLAGS)),
    tags: maybe(one(TAGS)),
    note: maybe(one(NOTES)),
  }));
}
