/** How wide a tower is and how many numbers it learns, part by part, as far as the specification and what is known of its data say. It draws in no schema, so that pages can use it. */
import { embeddingDimFor } from './embeddingDim.js';
import { featureName } from './featureNames.js';
import type { Feature, FeatureOf, Features } from '../features.js';
import type { Layer } from '../layers.js';
import type { Model } from '../model.js';

interface FeatureShape {
  name: string;
  transform: Feature['transform'];
  /** How many numbers of the tower's input it makes; undefined where that depends on data that is not known. */
  width: number | undefined;
  /** The rows of its embedding; null where it has none. */
  rows: number | null | undefined;
  parameters: number | undefined;
}

interface LayerShape {
  type: Layer['type'];
  width: number | undefined;
  parameters: number | undefined;
}

export interface LayersShape {
  input: number | undefined;
  layers: LayerShape[];
  output: number | undefined;
  /** Of its layers, and of the embeddings where it has some. */
  parameters: number | undefined;
}

export interface TowerShape extends LayersShape {
  features: FeatureShape[];
}

/** How many values the vocabulary of a feature has; undefined where nobody knows. */
export type SizeOf = (feature: Feature) => number | undefined;
type Side = 'query' | 'candidate';

export function towerShape(
  { model, features }: { model: Model; features: Features },
  side: Side,
  sizeOf: SizeOf = () => undefined,
): TowerShape {
  const shapes = features[side].map((feature) => featureShape(feature, sizeOf));
  const input = sum(shapes.map(({ width }) => width));
  const through = layersShape(model[side].layers, input);
  return {
    ...through,
    features: shapes,
    parameters: sum([...shapes.map(({ parameters }) => parameters), through.parameters]),
  };
}

/** The rating head on top of both towers, with the dense layer that ends it; undefined of a model without one. */
export function headShape(model: Model, query: LayersShape, candidate: LayersShape): LayersShape | undefined {
  if (!model.rating) return undefined;
  const { input, layers, loss } = model.rating;
  const product = input === 'concatenationAndProduct' ? query.output : 0;
  const outputs = loss.type === 'categoricalCrossEntropy' ? loss.classes.length : 1;
  const last = { type: 'dense', units: outputs, activation: 'linear', initializer: 'glorotUniform' } as const;
  return layersShape([...layers, last], sum([query.output, candidate.output, product]));
}

function featureShape(feature: Feature, sizeOf: SizeOf): FeatureShape {
  const width = widthOf(feature, sizeOf);
  const rows = rowsOf(feature, sizeOf);
  const parameters = rows === null ? 0 : rows === undefined || width === undefined ? undefined : rows * width;
  return { name: featureName(feature), transform: feature.transform, width, rows, parameters };
}

function widthOf(feature: Feature, sizeOf: SizeOf): number | undefined {
  switch (feature.transform) {
    case 'lookup':
      return feature.dim ?? dimFor(vocabularyOf(feature, sizeOf));
    case 'hash':
    case 'cross':
      return feature.dim ?? embeddingDimFor(feature.buckets);
    case 'text':
      return feature.dim ?? dimFor(feature.buckets ?? vocabularyOf(feature, sizeOf));
    case 'bucketize':
      // Quantiles that coincide are one boundary.
      return feature.dim ?? dimFor(intervalsOf(feature, sizeOf));
    case 'normalize':
      return feature.degree + (feature.missingIndicator ? 1 : 0);
    case 'cyclical':
      return 2 * feature.periods.length + (feature.missingIndicator ? 1 : 0);
    case 'boolean':
      return feature.missingIndicator ? 2 : 1;
    default:
      return feature satisfies never;
  }
}

function rowsOf(feature: Feature, sizeOf: SizeOf): number | null | undefined {
  switch (feature.transform) {
    case 'lookup':
      return sum([vocabularyOf(feature, sizeOf), feature.oovBuckets]);
    case 'hash':
      // Several values have no row for null: a row without any of them is 0.
      return feature.multi ? feature.buckets : feature.buckets + 1;
    case 'cross':
      return feature.buckets + 1;
    case 'text':
      // Words of a vocabulary have one more row, for those that are not in it.
      return sum([feature.buckets ?? sum([vocabularyOf(feature, sizeOf), 1]), feature.bigramBuckets ?? 0]);
    case 'bucketize':
      return sum([intervalsOf(feature, sizeOf), 1]);
    case 'normalize':
    case 'cyclical':
    case 'boolean':
      return null;
    default:
      return feature satisfies never;
  }
}

function vocabularyOf(feature: FeatureOf<'lookup' | 'text'>, sizeOf: SizeOf): number | undefined {
  const size = sizeOf(feature);
  return size === undefined ? undefined : Math.min(size, feature.maxSize ?? size);
}

function intervalsOf(feature: FeatureOf<'bucketize'>, sizeOf: SizeOf) {
  return feature.boundaries === undefined ? sizeOf(feature) : feature.boundaries.length + 1;
}

function dimFor(size: number | undefined): number | undefined {
  return size === undefined ? undefined : embeddingDimFor(size);
}

function layersShape(layers: readonly Layer[], input: number | undefined): LayersShape {
  const shapes: LayerShape[] = [];
  let width = input;
  for (const layer of layers) {
    const shape = layerShape(layer, width);
    shapes.push(shape);
    width = shape.width;
  }
  const parameters = sum(shapes.map((shape) => shape.parameters));
  return { input, layers: shapes, output: width, parameters };
}

/** All layers but dense and residual ones end in the width that they are given. */
function layerShape(layer: Layer, input: number | undefined): LayerShape {
  const count = (of: (width: number) => number) => (input === undefined ? undefined : of(input));
  const { type } = layer;
  switch (layer.type) {
    case 'dense':
      return { type, width: layer.units, parameters: count((width) => (width + 1) * layer.units) };
    case 'dropout':
      return { type, width: input, parameters: 0 };
    case 'batchNorm':
      return { type, width: input, parameters: count((width) => 2 * width) };
    case 'cross': {
      const { depth, rank } = layer;
      const each = (width: number) => (rank === undefined ? width * width : 2 * width * rank) + width;
      return { type, width: input, parameters: count((width) => depth * each(width)) };
    }
    case 'residual': {
      const inner = layersShape(layer.layers, input);
      const projection =
        input === undefined || inner.output === undefined || input === inner.output
          ? 0
          : input * inner.output;
      return { type, width: inner.output, parameters: sum([inner.parameters, projection]) };
    }
    default:
      return layer satisfies never;
  }
}

/** Undefined where one of them is. */
function sum(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.reduce<number | undefined>(
    (total, number) => (total === undefined || number === undefined ? undefined : total + number),
    0,
  );
}
