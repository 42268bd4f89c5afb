/** Recommendations from a run's artifacts, with nothing but the folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTowerEncoder, readVocabulary } from '../data/readEncodedDataset.js';
import type { FeatureValues } from '../features/value.js';
import { loadTower } from './savedTower.js';

export interface Recommendation {
  /** The item's id, as the data has it. */
  item: string;
  score: number;
}

/** A query's values by column, as a row of the training data would have them. */
export type QueryValues = FeatureValues;

export interface Recommender {
  /** The `count` items of the highest scores, best first; ties in the order of popularity. */
  recommend(query: QueryValues, count: number): Recommendation[];
}

/** Opens the `model` folder of a completed run. A tfjs backend must have been selected. */
export async function openRecommender(folder: string): Promise<Recommender> {
  const transform = join(folder, 'transform');
  const query = await loadTower(join(folder, 'query_model'));
  const candidate = await loadTower(join(folder, 'candidate_model'));
  const encode = await readTowerEncoder(transform, 'query');
  const idFeature = candidate.features[candidate.idFeature];
  if (!idFeature) throw new Error(`${folder}: the candidate tower has no id feature`);
  const items = await readVocabulary(transform, 'candidate', idFeature.name);
  const vectors = await readVectors(join(folder, 'item_vectors.f32'), items.length, query.width);

  return {
    recommend(values, count) {
      const vector = query.embed(encode(values));
      const scores = items.map((_, item) => dot(vector, vectors, item * query.width));
      return Array.from(scores.keys())
        .toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
        .slice(0, count)
        .map((item) => ({ item: items[item] ?? '', score: scores[item] ?? 0 }));
    },
  };
}

async function readVectors(path: string, items: number, width: number): Promise<Float32Array> {
  const content = await readFile(path);
  if (content.byteLength !== items * width * 4) {
    throw new Error(`${path} has ${content.byteLength} bytes instead of ${items * width * 4}`);
  }
  const vectors = new Float32Array(items * width);
  new Uint8Array(vectors.buffer).set(content);
  return vectors;
}

function dot(query: Float32Array, items: Float32Array, offset: number): number {
  return query.reduce((sum, value, i) => sum + value * (items[offset + i] ?? 0), 0);
}
