/** What a training takes of memory, from the sizes of its tables and of a batch alone: one rule for the trainer and for whoever launches it. */
import { assertNever } from '../common.js';
import { embeddingDimFor, type Feature } from '../spec/features.js';
import type { Layer } from '../spec/layers.js';
import type { OptimizerSpec } from '../spec/optimizer.js';
import type { TrainingSpec } from '../spec/trainingSpec.js';

/** In bytes. */
export interface MemoryNeed {
  /** Embedding tables and the weights of layers. */
  tables: number;
  /** What the optimizer keeps of each. */
  optimizer: number;
  /** Inputs, outputs and gradients of the layers, and of the rows of a step. */
  batch: number;
  /** Scores of queries against items. */
  scores: number;
  total: number;
}

/** What a feature makes of a tower's input: the row of a table, or numbers as they are. */
export type FeatureSize =
  { kind: 'embedding'; rows: number; dim: number } | { kind: 'numbers'; width: number };

export interface TowerSize {
  features: readonly FeatureSize[];
  entities: number;
}

export interface ModelSize {
  query: TowerSize;
  candidate: TowerSize;
}

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
/** An output is there for the layer after it, and its gradient, and what a backend copies meanwhile. */
const COPIES = 3;

/** Every query of a batch counts as distinct, so it is more than what is used where users come back. */
export function memoryNeed(
  { query, candidate }: ModelSize,
  { training, model }: Pick<TrainingSpec, 'training' | 'model'>,
): MemoryNeed {
  const { optimizer, negatives, batchSize, accumulateSteps } = training;
  const items =
    negatives.type === 'catalogue'
      ? candidate.entities
      : batchSize + ('count' in negatives ? negatives.count : 0);
  const towers = [
    countsOf(query, model.query.layers, Math.min(batchSize, query.entities)),
    countsOf(candidate, model.candidate.layers, Math.min(items, candidate.entities)),
  ];
  const sum = (of: (tower: TowerCounts) => number) => towers.reduce((total, tower) => total + of(tower), 0);
  const values = sum(({ embeddings, weights }) => embeddings + weights);
  const decayed = optimizer.type === 'adamw' ? sum(({ rows }) => rows) : 0;
  const tables = FLOAT * values;
  const state = FLOAT * (values * slotsOf(optimizer) + decayed);
  // Gradients of accumulated batches are of more rows than one batch has.
  const gradients = sum(({ input, weights }) => input * accumulateSteps + weights);
  const batch = FLOAT * (COPIES * sum(({ activations }) => activations) + gradients);
  const scores = COPIES * training.scoreMegabytes * 1024 * 1024;
  return { tables, optimizer: state, batch, scores, total: tables + state + batch + scores };
}

/** Numbers that an optimizer keeps beside each one that it changes. */
export function slotsOf(optimizer: OptimizerSpec): number {
  switch (optimizer.type) {
    case 'adagrad':
      return 1;
    case 'adam':
    case 'adamw':
      return 2;
    case 'sgd':
      return optimizer.momentum > 0 ? 1 : 0;
    default:
      return assertNever(optimizer);
  }
}

interface TowerCounts {
  /** Numbers in tables, and rows in them. */
  embeddings: number;
  rows: number;
  /** Numbers in layers. */
  weights: number;
  /** Numbers that a batch's entities are made of at the input, and at all layers together. */
  input: number;
  activations: number;
}

function countsOf({ features }: TowerSize, layers: readonly Layer[], entities: number): TowerCounts {
  const tables = features.filter((feature) => feature.kind === 'embedding');
  const width = features.reduce(
    (total, feature) => total + (feature.kind === 'embedding' ? feature.dim : feature.width),
    0,
  );
  const through = layersOf(layers, width);
  return {
    embeddings: tables.reduce((total, { rows, dim }) => total + rows * dim, 0),
    rows: tables.reduce((total, { rows }) => total + rows, 0),
    weights: through.weights,
    input: entities * width,
    activations: entities * (width + through.outputs),
  };
}

/** Numbers in the layers, and numbers that one entity makes at their outputs. */
function layersOf(layers: readonly Layer[], inputs: number): { weights: number; outputs: number } {
  let [width, weights, outputs] = [inputs, 0, 0];
  for (const layer of layers) {
    if (layer.type === 'dense') {
      weights += (width + 1) * layer.units;
      width = layer.units;
      outputs += width;
    } else if (layer.type === 'residual') {
      const inner = layersOf(layer.layers, width);
      weights += inner.weights + width * width;
      outputs += inner.outputs + width;
    } else if (layer.type === 'cross') {
      weights += layer.depth * (layer.rank === undefined ? width * width : 2 * width * layer.rank);
      outputs += 2 * layer.depth * width;
    } else {
      outputs += width;
    }
  }
  return { weights, outputs };
}

/** How many users and items a run of the model had; 1 where nobody knows. */
export interface KnownEntities {
  queries: number;
  items: number;
}

/**
 * The least that a model of this specification is, before its data is looked at: tables whose rows are declared have them, those of
 * the ids have a row for each entity that is known of, and those of other vocabularies count as empty.
 */
export function leastSize({ features }: Pick<TrainingSpec, 'features'>, known: KnownEntities): ModelSize {
  return {
    query: {
      features: features.query.map((feature) => leastFeature(feature, known.queries)),
      entities: known.queries,
    },
    candidate: {
      features: features.candidate.map((feature) => leastFeature(feature, known.items)),
      entities: known.items,
    },
  };
}

function leastFeature(feature: Feature, entities: number): FeatureSize {
  const rows = leastRows(feature, entities);
  if (rows === null) return { kind: 'numbers', width: 1 };
  const dim = ('dim' in feature ? feature.dim : undefined) ?? embeddingDimFor(rows);
  return { kind: 'embedding', rows, dim };
}

/** Null for a feature that has no table. */
function leastRows(feature: Feature, entities: number): number | null {
  switch (feature.transform) {
    case 'lookup':
      return feature.id ? Math.min(entities, feature.maxSize ?? entities) : feature.oovBuckets;
    case 'hash':
    case 'cross':
      return feature.buckets;
    case 'text':
      return (feature.buckets ?? 0) + (feature.bigramBuckets ?? 0);
    case 'bucketize':
      return feature.buckets ?? (feature.boundaries?.length ?? 0) + 1;
    case 'normalize':
    case 'cyclical':
    case 'boolean':
      return null;
    default:
      return assertNever(feature);
  }
}
