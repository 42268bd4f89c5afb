import type { EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';
import {
  towerInMemory,
  type EncodedDataset,
  type EncodedTower,
} from '@trainyard/trainer-job/data/encodedDataset';

export interface Row {
  user: string;
  item: string;
  split: 'train' | 'validation' | 'test';
}

/** Rows as the trainer has them, of ids alone, the items of all splits being the catalogue: the most frequent in train first. */
export function idsOnly(rows: readonly Row[]): EncodedDataset {
  const sold = new Map<string, number>();
  for (const { item, split } of rows) sold.set(item, (sold.get(item) ?? 0) + (split === 'train' ? 1 : 0));
  const items = numbered(
    [...sold.keys()].toSorted((a, b) => (sold.get(b) ?? 0) - (sold.get(a) ?? 0) || (a < b ? -1 : 1)),
  );
  const users = numbered(rows.filter(({ split }) => split === 'train').map(({ user }) => user));
  const of = (split: Row['split']) => {
    const own = rows.filter((row) => row.split === split);
    return {
      count: own.length,
      query: Int32Array.from(own, ({ user }) => users.get(user) ?? 0),
      item: Int32Array.from(own, ({ item }) => items.get(item) ?? 0),
    };
  };
  return {
    query: tower('user', users.size),
    candidate: tower('item', items.size),
    splits: { train: of('train'), validation: of('validation'), test: of('test') },
  };
}

/** From 1, as vocabularies are. */
function numbered(names: readonly string[]): Map<string, number> {
  return new Map([...new Set(names)].map((name, i) => [name, i + 1]));
}

function tower(name: string, size: number): EncodedTower {
  const ids = Int32Array.from({ length: size + 1 }, (_, i) => i);
  const feature: EncodedFeature = {
    name,
    columns: [name],
    transform: 'lookup',
    kind: 'embedding',
    rows: size + 1,
    dim: 1,
    indices: 1,
  };
  return towerInMemory([feature], 0, { indices: ids, numbers: new Float32Array(0) });
}
