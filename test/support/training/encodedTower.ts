/** Features of every kind, fitted on made-up rows without DuckDB, and the rows encoded by them. */
import { encodedFeatureOf, encoderOf } from '@trainyard/recommender/encode/fittedFeature';
import type { FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import { inputWidthOf, type EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';
import { encodeTower } from '@trainyard/recommender/encode/towerEncoder';
import { numberOf, secondsOf, textOf, type FeatureValues } from '@trainyard/recommender/encode/value';
import { featureColumns, type Feature } from '@trainyard/shared';
import { towerInMemory, type EncodedTower } from '../../../trainer-job/data/encodedDataset.js';
import { fitNumbers, fitTexts, isTextFeature } from '../../../trainer-job/features/fit.js';

interface FittedTowerFeature {
  encoded: EncodedFeature;
  fitted: FittedFeature;
  vocabulary: string[];
}

export interface FittedTower {
  features: FittedTowerFeature[];
  /** Entity i is row i. */
  data: EncodedTower;
  inputWidth: number;
}

/** Fits the features on all rows but the first, which may be empty; the first feature is the id. */
export function fittedTower(specs: readonly Feature[], rows: readonly FeatureValues[]): FittedTower {
  const features = specs.map((spec) => fitted(spec, rows.slice(1)));
  const encode = encodeTower(
    features.map(({ encoded, fitted: state, vocabulary }) => ({
      encoded,
      encoder: encoderOf(state, vocabulary),
    })),
  );
  const encodings = rows.map(encode);
  const encoded = features.map((feature) => feature.encoded);
  const data = towerInMemory(encoded, 0, {
    indices: Int32Array.from(encodings.flatMap(({ indices }) => Array.from(indices))),
    numbers: Float32Array.from(encodings.flatMap(({ numbers }) => Array.from(numbers))),
  });
  const meanings = features.map(({ fitted: state, vocabulary }) => ({
    fitted: state,
    vocabulary: async () => vocabulary,
  }));
  return {
    features,
    data: { ...data, meanings },
    inputWidth: encoded.reduce((sum, feature) => sum + inputWidthOf(feature), 0),
  };
}

function fitted(spec: Feature, rows: readonly FeatureValues[]): FittedTowerFeature {
  const values = rows.map((row) => row[featureColumns(spec)[0]!]);
  if (isTextFeature(spec)) {
    const counts = new Map<string, number>();
    for (const text of values.map(textOf)) if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
    const fit = fitTexts(
      spec,
      Array.from(counts, ([text, count]) => ({ text, rows: count })),
    );
    return { ...fit, encoded: encodedFeatureOf(spec, fit.fitted, fit.vocabulary.length) };
  }
  const read = (value: FeatureValues[string]) =>
    spec.transform === 'cyclical' ? secondsOf(value) : numberOf(value);
  const numbers = Float64Array.from(values.map(read).filter((number) => !Number.isNaN(number)));
  const state = fitNumbers(spec, numbers, { single: false });
  return { fitted: state, vocabulary: [], encoded: encodedFeatureOf(spec, state, 0) };
}
