import { trainingSpecSchema, type TrainingSpec, type TrainingSpecInput } from '@trainyard/shared';
import { randomFor } from '../../../trainer-job/model/random.js';
import {
  towerInMemory,
  type EncodedDataset,
  type EncodedRows,
  type EncodedTower,
} from '../../../trainer-job/data/encodedDataset.js';
import type { EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';

/** A lookup of the column of its name. */
export function embeddingOf(name: string, rows: number, dim: number, indices = 1): EncodedFeature {
  return { name, columns: [name], transform: 'lookup', kind: 'embedding', rows, dim, indices };
}

/** A tower whose only feature is its id, `size` known values and one unknown. */
function idTower(name: string, size: number, dim: number): EncodedTower {
  const ids = Int32Array.from({ length: size + 1 }, (_, i) => i);
  return towerInMemory([embeddingOf(name, size + 1, dim)], 0, { indices: ids, numbers: new Float32Array(0) });
}

/**
 * Users and items in `groups` groups; a user buys items of its own group, nine times out of ten. Items of low index sell
 * more. Seeded; the same numbers everywhere.
 */
export function tinyDataset({
  users = 60,
  items = 40,
  rows = 3000,
  groups = 4,
  dim = 8,
  seed = 1,
} = {}): EncodedDataset {
  const random = randomFor(seed, 'tiny dataset');
  const draw = (count: number): EncodedRows => {
    const query = new Int32Array(count);
    const item = new Int32Array(count);
    for (let row = 0; row < count; row++) {
      const user = 1 + Math.floor(random() * users);
      const group = random() < 0.9 ? user % groups : Math.floor(random() * groups);
      const rank = Math.floor(random() ** 2 * Math.floor(items / groups));
      query[row] = user;
      item[row] = 1 + rank * groups + group;
    }
    return { count, query, item };
  };
  return {
    query: idTower('user', users, dim),
    candidate: idTower('item', items, dim),
    splits: { train: draw(rows), validation: draw(rows / 5), test: draw(rows / 5) },
  };
}

/** A specification for id-only towers, with parts replaced. */
export function tinySpec(
  parts: Partial<Pick<TrainingSpecInput, 'model' | 'training' | 'evaluation'>> = {},
): TrainingSpec {
  return trainingSpecSchema.parse({
    dataset: { source: { uri: 'rows.jsonl' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
    model: { query: { layers: [] }, candidate: { layers: [] } },
    evaluation: { k: [1, 5, 10] },
    ...parts,
  });
}
