import { trainingSpecSchema, type TrainingSpec, type TrainingSpecInput } from '@trainyard/shared';
import type { EncodedDataset, EncodedRows } from '../../../trainer-job/data/encodedDataset.js';
import { randomFor } from '../../../trainer-job/model/random.js';
import { fittedTower } from './encodedTower.js';

const USERS = 80;
const ITEMS = 30;
const CITIES = ['Vienna', 'Graz', 'Linz'];
const CATEGORIES = ['soap', 'tea'];
/** One day in each half of the year. */
const DAYS = ['2026-02-10', '2026-08-10'];

const FEATURES: TrainingSpecInput['features'] = {
  query: [
    { column: 'user', transform: 'lookup', id: true },
    { column: 'city', transform: 'lookup' },
    { column: 'age', transform: 'bucketize', boundaries: [30, 50] },
    { column: 'member', transform: 'boolean' },
    { column: 'day', transform: 'cyclical', periods: ['month-of-year'] },
  ],
  candidate: [
    { column: 'item', transform: 'lookup', id: true },
    { column: 'category', transform: 'lookup' },
    { column: 'price', transform: 'normalize' },
  ],
};

export interface ShopRow {
  user: number;
  item: number;
  city: string;
  age: number;
  member: boolean;
  day: string;
  category: string;
  price: number;
}

/** Query entity u + 81 d is user u on day d, who is from 1 on; user 0 and item 0 are unknown. */
export function shopRow(query: number, item: number): ShopRow {
  const user = query % (USERS + 1);
  return {
    user,
    item,
    city: CITIES[user % CITIES.length]!,
    age: 20 + (user % 45),
    member: user % 5 === 0,
    day: DAYS[Math.floor(query / (USERS + 1))]!,
    category: CATEGORIES[item % CATEGORIES.length]!,
    price: item,
  };
}

/** Purchases of people in three cities: those of Vienna take tea alone, the others whatever sells, which is of low number. */
export function shopDataset({ rows = 1500, seed = 1 } = {}): EncodedDataset {
  const spec = shopSpec();
  if ('preset' in spec.features) throw new Error('the features are written down here');
  const random = randomFor(seed, 'shop');
  const queries = Array.from({ length: DAYS.length * (USERS + 1) }, (_, query) => shopRow(query, 1));
  const items = Array.from({ length: ITEMS + 1 }, (_, item) => shopRow(1, item));
  const known = ({ user, day, ...rest }: ShopRow) => ({ ...rest, day, user: user === 0 ? null : `u${user}` });
  const draw = (count: number): EncodedRows => {
    const query = Int32Array.from({ length: count }, () => {
      const user = 1 + Math.floor(random() ** 1.5 * USERS);
      return user + (USERS + 1) * Math.floor(random() * DAYS.length);
    });
    const item = query.map((entity) => {
      const place = Math.floor(random() ** 2 * (ITEMS / 2));
      const isTea = shopRow(entity, 1).city === 'Vienna' || random() < 0.5;
      return 1 + 2 * place + (isTea ? 0 : 1);
    });
    return { count, query, item };
  };
  const query = fittedTower(spec.features.query, queries.map(known)).data;
  const candidate = fittedTower(
    spec.features.candidate,
    items.map((row) => ({ ...row, item: row.item === 0 ? null : `i${row.item}` })),
  ).data;
  return { query, candidate, splits: { train: draw(rows), validation: draw(300), test: draw(600) } };
}

export function shopSpec(
  parts: Partial<Pick<TrainingSpecInput, 'model' | 'training' | 'evaluation'>> = {},
): TrainingSpec {
  return trainingSpecSchema.parse({
    dataset: { source: { uri: 'rows.jsonl' } },
    features: FEATURES,
    model: {
      query: { layers: [{ type: 'dense', units: 8 }] },
      candidate: { layers: [{ type: 'dense', units: 8 }] },
    },
    ...parts,
  });
}
