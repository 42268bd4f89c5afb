import type { Layer, TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset, EncodedTower } from '../data/encodedDataset.js';
import { inputWidthOf } from '../features/encodedFeature.js';
import { SpecError } from '../model/specError.js';
import { slotCount } from './optimizer.js';

/** What a training is expected to take, in bytes, beside what the process holds already. */
export interface MemoryEstimate {
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

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
/** An output is there for the layer after it, and its gradient, and what a backend copies meanwhile. */
const COPIES = 3;

/**
 * From the sizes of the tables and of a batch alone, before anything is allocated. Every query of a batch counts as distinct,
 * so it is more than what is used where users come back.
 */
export function estimateMemory(
  { query, candidate }: Pick<EncodedDataset, 'query' | 'candidate'>,
  { training, model }: Pick<TrainingSpec, 'training' | 'model'>,
): MemoryEstimate {
  const { optimizer, negatives, batchSize, accumulateSteps } = training;
  const items =
    negatives.type === 'catalogue'
      ? candidate.entities
      : batchSize + (negatives.type === 'sampled' ? negatives.count : 0);
  const towers = [
    sizesOf(query, model.query.layers, Math.min(batchSize, query.entities)),
    sizesOf(candidate, model.candidate.layers, Math.min(items, candidate.entities)),
  ];
  const sum = (of: (tower: TowerSizes) => number) => towers.reduce((total, tower) => total + of(tower), 0);
  const values = sum(({ embeddings, weights }) => embeddings + weights);
  const decayed = optimizer.type === 'adamw' ? sum(({ rows }) => rows) : 0;
  const tables = FLOAT * values;
  const state = FLOAT * (values * slotCount(optimizer) + decayed);
  // Gradients of accumulated batches are of more rows than one batch has.
  const gradients = sum(({ input, weights }) => input * accumulateSteps + weights);
  const batch = FLOAT * (COPIES * sum(({ activations }) => activations) + gradients);
  const scores = COPIES * training.scoreMegabytes * 1024 * 1024;
  return { tables, optimizer: state, batch, scores, total: tables + state + batch + scores };
}

/** Throws, with the remedy, when a training does not fit. `used` is what the process holds already. */
export function refuseWhatDoesNotFit(
  estimate: MemoryEstimate,
  data: Pick<EncodedDataset, 'query' | 'candidate'>,
  limit: number,
  used: number,
): void {
  if (used + estimate.total <= limit) return;
  const { tables, optimizer, batch, scores, total } = estimate;
  const remedy =
    tables + optimizer > batch + scores
      ? `the largest table is ${largestTable(data)}: lower its dim, raise its minCount or set its maxSize; the optimizer keeps ` +
        `${gigabytes(optimizer)} beside the tables, and sgd without momentum nothing`
      : 'lower training.batchSize (training.accumulateSteps makes up for it) or training.scoreMegabytes';
  throw new SpecError(
    `training needs about ${gigabytes(total)} (tables ${gigabytes(tables)}, optimizer ${gigabytes(optimizer)}, ` +
      `a batch ${gigabytes(batch + scores)}) beside the ${gigabytes(used)} that are in use, and there are ${gigabytes(limit)}`,
    `${remedy}; or give it a machine of ${gigabytes(1.1 * (used + total))}`,
  );
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 0)} GB`;
}

interface TowerSizes {
  /** Numbers in tables, and rows in them. */
  embeddings: number;
  rows: number;
  /** Numbers in layers. */
  weights: number;
  /** Numbers that a batch's entities are made of at the input, and at all layers together. */
  input: number;
  activations: number;
}

function sizesOf({ features }: EncodedTower, layers: readonly Layer[], entities: number): TowerSizes {
  const tables = features.filter((feature) => feature.kind === 'embedding');
  const width = features.reduce((total, feature) => total + inputWidthOf(feature), 0);
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

function largestTable({ query, candidate }: Pick<EncodedDataset, 'query' | 'candidate'>): string {
  const tables = [...query.features, ...candidate.features].filter(({ kind }) => kind === 'embedding');
  const sizes = tables.flatMap((table) =>
    table.kind === 'embedding' ? [{ ...table, size: table.rows * table.dim }] : [],
  );
  const [largest] = sizes.toSorted((a, b) => b.size - a.size);
  return largest ? `that of "${largest.name}", ${largest.rows} rows of ${largest.dim}` : 'none';
}
