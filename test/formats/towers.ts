/** Formats that have the towers alone: lists, scores and predictions are made of what both towers answer. */
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { openModelDirectory } from '@trainyard/recommender/node';
import { topK } from '@trainyard/recommender/search/topK';
import type { FormatModel } from '../support/formats/formatModel.js';
import type { ModelReader } from './modelReader.js';

export interface Towers {
  embed: ModelReader['embed'];
  /** Of models that predict a target, where the format can: of each query with each item, [queries][items], from rows of values. */
  predict?: (queries: readonly FeatureValues[], items: readonly FeatureValues[]) => Promise<number[][]>;
  /** What a prediction is after calibration. */
  calibrate?: (prediction: number) => number;
}

export async function readerOfTowers(
  { folder, items: rows }: FormatModel,
  { embed, predict, calibrate = (prediction) => prediction }: Towers,
): Promise<ModelReader> {
  const { type, items, columns } = await openModelDirectory(folder);
  const rowOf = new Map(rows.map((row) => [String(row[columns.candidate[0] ?? '']), row]));
  const valuesOf = (ids: readonly string[]) => ids.map((id) => rowOf.get(id) ?? {});
  const products = async (queries: readonly FeatureValues[], of: readonly FeatureValues[]) => {
    const candidates = await embed('candidate', of);
    const vectors = await embed('query', queries);
    return vectors.map((query) =>
      candidates.map((item) => query.reduce((sum, value, i) => sum + value * item[i]!, 0)),
    );
  };
  const scoresOf = type === 'ranking' ? predict! : products;
  /** Of each query with the item at its place: items are scored once each. */
  const ofPairs = async (
    scores: typeof products,
    queries: readonly FeatureValues[],
    ids: readonly string[],
  ) => {
    const different = [...new Set(ids)];
    const all = await scores(queries, valuesOf(different));
    return all.map((own, i) => own[different.indexOf(ids[i]!)]!);
  };
  return {
    embed,
    async recommend(queries, k, seen) {
      const scores = await scoresOf(queries, valuesOf(items));
      return scores.map((own, row) =>
        topK(own, k, (place) => !seen[row]!.includes(items[place]!)).map(({ index, score }) => ({
          item: items[index]!,
          score,
        })),
      );
    },
    score: (queries, ids) => ofPairs(scoresOf, queries, ids),
    ...(predict && {
      predict: async (queries, ids) => (await ofPairs(predict, queries, ids)).map(calibrate),
    }),
  };
}
