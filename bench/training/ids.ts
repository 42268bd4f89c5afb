/** Encoded data of ids alone, made in memory: for claims about training that need no tables of real data. */
import {
  towerInMemory,
  type EncodedDataset,
  type EncodedRows,
  type EncodedTower,
} from '@trainyard/trainer-job/data/encodedDataset';
import { randomFor, type Random } from '@trainyard/trainer-job/model/random';

export interface IdsSize {
  users: number;
  items: number;
  rows: number;
  dim: number;
}

/** Users at random, items with a skew: a tenth of them has a third of the rows. Equal sizes give equal rows. */
export function idsDataset({ users, items, rows, dim }: IdsSize): EncodedDataset {
  const random = randomFor(1, `ids of ${items} items`);
  return {
    query: idTower('user', users, dim),
    candidate: idTower('item', items, dim),
    splits: {
      train: drawRows(random, users, items, rows),
      validation: drawRows(random, users, items, 1),
      test: drawRows(random, users, items, 1),
    },
  };
}

function idTower(name: string, size: number, dim: number): EncodedTower {
  const indices = Int32Array.from({ length: size + 1 }, (_, i) => i);
  const feature = {
    name,
    columns: [name],
    transform: 'lookup' as const,
    kind: 'embedding' as const,
    rows: size + 1,
    dim,
    indices: 1,
  };
  return towerInMemory([feature], 0, { indices, numbers: new Float32Array() });
}

function drawRows(random: Random, users: number, items: number, count: number): EncodedRows {
  const query = new Int32Array(count);
  const item = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    query[row] = 1 + Math.floor(random() * users);
    item[row] = 1 + Math.floor(random() ** 2 * items);
  }
  return { count, query, item };
}

/** What a specification of such data says of its features; the source is never opened. */
export const IDS_SPEC = {
  dataset: { source: { uri: 'in memory' } },
  features: {
    query: [{ column: 'user', transform: 'lookup' as const, id: true }],
    candidate: [{ column: 'item', transform: 'lookup' as const, id: true }],
  },
};
