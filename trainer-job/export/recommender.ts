/** Recommendations from a run's artifacts, with nothing but the folder. */
import { join } from 'node:path';
import { readTowerEncoder, readVocabulary } from '../data/readEncodedDataset.js';
import { readArray } from '../data/typedFiles.js';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { loadRating } from './savedRating.js';
import { loadTower } from './savedTower.js';

export interface Recommendation {
  /** The item's id, as the data has it. */
  item: string;
  score: number;
}

/** A query's values by column, as a row of the training data would have them. */
export type QueryValues = FeatureValues;

export interface Recommender {
  /**
   * The `count` items of the highest scores, best first; ties in the order of popularity. The score of a ranking model is the
   * target that it predicts.
   */
  recommend(query: QueryValues, count: number): Recommendation[];
  /** The predicted target of the query with each item, in the target's own units; fails where the model predicts none. */
  rate(query: QueryValues, items: readonly string[]): number[];
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
  const { type } = query.model;
  const vectors = type === 'ranking' ? undefined : await readVectors(folder, items.length, query.width);
  const rating = type === 'retrieval' ? undefined : await readRating(folder, items, candidate.width);

  const scoresOf = (values: QueryValues): ArrayLike<number> => {
    const rows = encode(values);
    if (!vectors) return rating?.(query.output(rows), items) ?? [];
    const vector = query.embed(rows);
    return items.map((_, item) => dot(vector, vectors, item * query.width));
  };
  return {
    recommend(values, count) {
      const scores = scoresOf(values);
      return Array.from(items.keys())
        .toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
        .slice(0, count)
        .map((item) => ({ item: items[item] ?? '', score: scores[item] ?? 0 }));
    },
    rate(values, wanted) {
      if (!rating) throw new Error(`${folder}: a retrieval model predicts no target`);
      return Array.from(rating(query.output(encode(values)), wanted));
    },
  };
}

/** Predicts the target of a query's output with items by their ids; those that nobody knew in training share one output. */
async function readRating(folder: string, items: readonly string[], width: number) {
  const rate = await loadRating(join(folder, 'rating_model'));
  const outputs = await readArray(Float32Array, join(folder, 'item_outputs.f32'), (items.length + 1) * width);
  const places = new Map(items.map((item, i) => [item, i + 1]));
  return (query: Float32Array, wanted: readonly string[]): Float64Array => {
    const rows = new Float32Array(wanted.length * width);
    wanted.forEach((item, i) => {
      const from = (places.get(item) ?? 0) * width;
      rows.set(outputs.subarray(from, from + width), i * width);
    });
    return rate(query, rows);
  };
}

function readVectors(folder: string, items: number, width: number): Promise<Float32Array> {
  return readArray(Float32Array, join(folder, 'item_vectors.f32'), items * width);
}

function dot(query: Float32Array, items: Float32Array, offset: number): number {
  return query.reduce((sum, value, i) => sum + value * (items[offset + i] ?? 0), 0);
}
