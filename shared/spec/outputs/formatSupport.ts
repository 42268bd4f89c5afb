/** What each format of `outputs.formats` can hold of a model: rules, the trainer and the reference read this one table. */
import type { Feature, Features } from '../features.js';
import type { Layer } from '../layers.js';
import type { Model } from '../model.js';
import type { Multi } from '../shape/multi.js';
import type { ModelFormatName } from './outputs.js';

type Transform = Feature['transform'];
/** What tells transforms apart to a format: unknown values of a `lookup` with several `oovBuckets` are told apart by their hash. */
export type EncodedAs = Transform | 'lookup in several oovBuckets' | 'multi';
export type LayerType = Layer['type'];

/**
 * `values`: the exported model takes the values of the columns themselves. `rows`: it takes the rows of embeddings that the
 * recommender's encoder makes of them, for its hashing and Unicode rules exist nowhere else. `lacks`: it cannot have it.
 */
export type TransformSupport = 'values' | 'rows' | 'lacks';

export interface FormatSupport {
  transforms: Readonly<Record<EncodedAs, TransformSupport>>;
  layers: Readonly<Record<LayerType, 'has' | 'lacks'>>;
}

const ALL_LAYERS: FormatSupport['layers'] = {
  dense: 'has',
  dropout: 'has',
  batchNorm: 'has',
  cross: 'has',
  residual: 'has',
};

const ALL_VALUES: FormatSupport['transforms'] = {
  lookup: 'values',
  'lookup in several oovBuckets': 'rows',
  normalize: 'values',
  bucketize: 'values',
  cyclical: 'values',
  boolean: 'values',
  hash: 'rows',
  cross: 'rows',
  text: 'rows',
  multi: 'rows',
};

export const FORMAT_SUPPORT: Readonly<Record<ModelFormatName, FormatSupport>> = {
  savedModel: { transforms: ALL_VALUES, layers: ALL_LAYERS },
  onnx: { transforms: ALL_VALUES, layers: ALL_LAYERS },
  // Browsers encode with the recommender: what the graphs take are its rows and numbers.
  tfjs: {
    transforms: {
      lookup: 'rows',
      'lookup in several oovBuckets': 'rows',
      normalize: 'rows',
      bucketize: 'rows',
      cyclical: 'rows',
      boolean: 'rows',
      hash: 'rows',
      cross: 'rows',
      text: 'rows',
      multi: 'rows',
    },
    layers: ALL_LAYERS,
  },
};

/** Under which name the table has a feature's transform, as it is asked for or fitted. */
export function encodedAs(feature: {
  transform: Transform | 'multi';
  oovBuckets?: number;
  multi?: Multi | undefined;
}): EncodedAs {
  const { transform, oovBuckets = 1, multi } = feature;
  if (multi) return 'multi';
  return transform === 'lookup' && oovBuckets > 1 ? 'lookup in several oovBuckets' : transform;
}

/** What of a model a format cannot have, in words: `the transform "text"`, `layers of the type "cross"`; empty where it holds all. */
export function lackedBy(
  { transforms, layers }: FormatSupport,
  model: Pick<Model, 'query' | 'candidate' | 'rating'>,
  features: Pick<Features, 'query' | 'candidate'>,
): string[] {
  const used = new Set([...features.query, ...features.candidate].map(encodedAs));
  const layersOfModel = [...model.query.layers, ...model.candidate.layers, ...(model.rating?.layers ?? [])];
  const types = new Set(layersOfModel.flatMap(typesOf));
  return [
    ...[...used].filter((name) => transforms[name] === 'lacks').map((name) => `the transform "${name}"`),
    ...[...types].filter((type) => layers[type] === 'lacks').map((type) => `layers of the type "${type}"`),
  ];
}

function typesOf(layer: Layer): LayerType[] {
  return layer.type === 'residual' ? ['residual', ...layer.layers.flatMap(typesOf)] : [layer.type];
}
