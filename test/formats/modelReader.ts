/** What every format must answer, whoever reads it. */
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import type { FormatModel } from '../support/formats/formatModel.js';
import type { Precision } from '../support/formats/scoresAgree.js';

export interface Best {
  item: string;
  score: number;
}

/** Of one model, opened by the software that a format is for. */
export interface ModelReader {
  /** The `k` best of each query, without those of `seen` (a list for each query); fewer where there are no more. */
  recommend(
    this: void,
    queries: readonly FeatureValues[],
    k: number,
    seen: readonly (readonly string[])[],
  ): Promise<Best[][]>;
  /** The vectors of queries or items; only of models that have some. */
  embed(this: void, tower: 'query' | 'candidate', rows: readonly FeatureValues[]): Promise<number[][]>;
  /** The score of each query with the item at its place; only in formats that have it. */
  score?(this: void, queries: readonly FeatureValues[], items: readonly string[]): Promise<number[]>;
  /** The target of each query with the item at its place; only of models that predict one, in formats that have what predicts it. */
  predict?(this: void, queries: readonly FeatureValues[], items: readonly string[]): Promise<number[]>;
}

/** Software that opens a model's folder in a format. */
export interface FormatSoftware {
  name: string;
  precision: Precision;
  /** Whether an id of a column of decimals may be written with zeros that mean nothing. */
  readsDecimals?: boolean;
  /** Why it is not there; undefined where it is. */
  missing?: string;
  open(this: void, model: FormatModel): Promise<ModelReader>;
  close?(this: void): Promise<void>;
}

/** Lists of equal length of a flat list. */
export function inLists<T>(values: readonly T[], count: number): T[][] {
  const width = values.length / count;
  return Array.from({ length: count }, (_, i) => values.slice(i * width, (i + 1) * width));
}
