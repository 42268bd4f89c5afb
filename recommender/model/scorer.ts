/** What orders the items of the catalogue: products of vectors or, in ranking models, predicted targets. */
import type { FeatureValues } from '../encode/value.js';
import type { TowerName } from '../format/files.js';
import type { CheckedFolder } from '../format/manifest.js';
import type { ReadFile } from '../format/read.js';
import { exactIndex } from '../search/exactIndex.js';
import type { IndexAdapter } from '../search/indexAdapter.js';
import { productScores } from '../search/productScores.js';
import type { Found } from '../search/best.js';
import { topK } from '../search/topK.js';
import { readOutputs, readVectors, type Catalogue } from './catalogue.js';
import type { Pair } from './model.js';
import type { Profiles } from './profiles.js';
import { openRatingHead } from './ratingHead.js';
import type { Tower } from './tower.js';
import type { ItemTest } from './where.js';

export interface Scorer {
  /** The `k` items of the highest scores with each query, of those that it may be given. */
  best(
    this: void,
    queries: readonly FeatureValues[],
    k: number,
    wantedBy: (query: FeatureValues) => ItemTest | undefined,
  ): Found[][];
  /** -1 stands for all items that nobody knew in training. */
  pairs(this: void, pairs: readonly Pair[]): number[];
  /** What items are compared by. */
  profiles(this: void): Profiles;
  /** The items whose profiles are nearest to one, by cosine. */
  nearest(this: void, profile: Float32Array, k: number, isWanted?: ItemTest): Found[];
}

export type Outputs = (values: FeatureValues) => Float32Array;
type Towers = Record<TowerName, Tower>;

export interface VectorScorer extends Scorer {
  embed: Record<TowerName, Outputs>;
}

export async function openVectors(
  folder: CheckedFolder,
  catalogue: Catalogue,
  towers: Towers,
  outputOf: Record<TowerName, Outputs>,
  adapter?: IndexAdapter,
): Promise<VectorScorer> {
  const { width } = towers.query.document;
  const vectors = await readVectors(folder.read, catalogue.size, width);
  const embed = {
    query: (values: FeatureValues) => towers.query.scale(outputOf.query(values)),
    candidate: (values: FeatureValues) => towers.candidate.scale(outputOf.candidate(values)),
  };
  const unknown = once(() => embed.candidate({}));
  const exact = once(() => exactIndex(vectors, width));
  const index = adapter ? await adapter.open({ ...folder, vectors, width, exact }) : exact();
  return {
    embed,
    best: (queries, k, wantedBy) =>
      index.searchMany(queries.map(embed.query), k, (row) => wantedBy(queries[row]!)),
    pairs(pairs) {
      const vectorOf = perQuery(embed.query);
      return pairs.map(({ query: values, item }) => {
        const i = catalogue.indexOf(item);
        const vector = i < 0 ? unknown() : vectors.subarray(i * width, (i + 1) * width);
        return productScores(vectorOf(values), vector)[0]!;
      });
    },
    profiles: () => ({ vectors, width }),
    nearest: index.nearest,
  };
}

export interface RatingScorer extends Scorer {
  predict(this: void, pairs: readonly Pair[]): number[];
}

export async function openRating(
  read: ReadFile,
  catalogue: Catalogue,
  candidate: Tower,
  outputOfQuery: Outputs,
): Promise<RatingScorer> {
  const { width } = candidate.document;
  const { predict, calibrate } = await openRatingHead(read);
  const outputs = await readOutputs(read, catalogue.size, width);
  const known = outputs.subarray(width);
  const index = once(() => exactIndex(known, width));
  const pairs: Scorer['pairs'] = (asked) => {
    const outputOf = perQuery(outputOfQuery);
    return asked.map(({ query, item }) => {
      const from = (catalogue.indexOf(item) + 1) * width;
      return predict(outputOf(query), outputs.subarray(from, from + width))[0]!;
    });
  };
  return {
    // Items go in order before calibration: an isotonic curve makes many of them equal.
    best: (queries, k, wantedBy) =>
      queries.map((query) => topK(predict(outputOfQuery(query), known), k, wantedBy(query))),
    pairs,
    predict: (asked) => pairs(asked).map(calibrate),
    profiles: () => ({ vectors: known, width }),
    nearest: (profile, k, isWanted) => index().nearest(profile, k, isWanted),
  };
}

/** Computes each query of a call once, however many items it is paired with. */
function perQuery(compute: Outputs): Outputs {
  const known = new Map<FeatureValues, Float32Array>();
  return (values) => {
    const output = known.get(values) ?? compute(values);
    known.set(values, output);
    return output;
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
