/**
 * A tower: the concatenated embeddings of an entity's features, taken through dense layers. The embedding tables live in
 * host memory; a pass gathers the rows of its entities and touches no others, so its cost follows the batch and not the
 * vocabulary.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingSpec } from '@trainyard/shared';
import type { EncodedTower } from '../data/encodedDataset.js';
import { DenseLayer } from './denseLayer.js';
import { distinctFinder, type Distinct } from './distinct.js';
import { take } from './matrix.js';
import { newParameter, type Gradient, type Parameter } from './parameter.js';
import { fillUniform, randomFor } from './random.js';

/** Keras's default for embeddings: uniform in ±0.05. */
const EMBEDDING_LIMIT = 0.05;

export interface TowerPass {
  /** [entities, width] */
  output: Float32Array;
  /** Every gradient of the tower, from the loss's gradient at `output`. Ends the pass. */
  backward(dOutput: Float32Array): Gradient[];
  /** Ends the pass without gradients. */
  dispose(): void;
}

export class Tower {
  readonly embeddings: readonly Parameter[];
  private readonly layers: readonly DenseLayer[];
  private readonly inputWidth: number;
  private readonly distinctRows: readonly ((rows: Int32Array) => Distinct)[];

  constructor(
    readonly name: 'query' | 'candidate',
    readonly data: EncodedTower,
    spec: TrainingSpec,
  ) {
    const random = (part: string) => randomFor(spec.training.seed, `initialise ${name} ${part}`);
    this.embeddings = data.features.map((feature) => {
      const table = newParameter(
        `${name}/embedding/${feature.name}`,
        feature.vocabularySize + 1,
        feature.dim,
      );
      fillUniform(table.values, EMBEDDING_LIMIT, random(`embedding ${feature.name}`));
      return table;
    });
    this.distinctRows = this.embeddings.map((table) => distinctFinder(table.rows));
    this.inputWidth = this.embeddings.reduce((sum, table) => sum + table.columns, 0);
    let width = this.inputWidth;
    this.layers = spec.model[name].layers.map((layer, i) => {
      const dense = new DenseLayer(`${name}/dense${i}`, width, layer, random(`dense ${i}`));
      width = dense.units;
      return dense;
    });
  }

  get width(): number {
    return this.layers.at(-1)?.units ?? this.inputWidth;
  }

  get parameters(): Parameter[] {
    return [...this.embeddings, ...this.layers.flatMap((layer) => [layer.weights, layer.bias])];
  }

  /**
   * Takes the entities, each named once, through the tower. `table` holds their vocabulary indices, [·, features]; the
   * training data's unless given.
   */
  forward(entities: Int32Array, table: Int32Array = this.data.table): TowerPass {
    const indices = (feature: number) =>
      entities.map((entity) => table[entity * this.data.features.length + feature]!);
    const rows = this.embeddings.map((_, feature) => indices(feature));
    const input = this.gather(rows, entities.length);
    if (this.layers.length === 0) {
      return {
        output: input,
        backward: (dOutput) => this.embeddingGradients(rows, dOutput),
        dispose: () => {},
      };
    }
    const activations = [tf.tensor2d(input, [entities.length, this.inputWidth])];
    for (const layer of this.layers) activations.push(layer.forward(last(activations)));
    const dispose = () => tf.dispose(activations);
    return {
      output: last(activations).dataSync<'float32'>(),
      dispose,
      backward: (dOutput) => {
        const gradients: Gradient[] = [];
        let dy = tf.tensor2d(dOutput, [entities.length, this.width]);
        for (let i = this.layers.length - 1; i >= 0; i--) {
          const [layer, x, y] = [at(this.layers, i), at(activations, i), at(activations, i + 1)];
          const step = layer.backward(x, y, dy);
          gradients.push(...step.gradients);
          dy.dispose();
          dy = step.dx;
        }
        dispose();
        return [...gradients, ...this.embeddingGradients(rows, take(dy))];
      },
    };
  }

  /** [count, inputWidth]: the embeddings of each entity's features side by side; `rows` are vocabulary rows per feature. */
  private gather(rows: readonly Int32Array[], count: number): Float32Array {
    const input = new Float32Array(count * this.inputWidth);
    let offset = 0;
    this.embeddings.forEach((table, f) => {
      const width = table.columns;
      at(rows, f).forEach((row, e) => {
        input.set(table.values.subarray(row * width, (row + 1) * width), e * this.inputWidth + offset);
      });
      offset += width;
    });
    return input;
  }

  /** Sums `dInput` [count, inputWidth] over the entities that share a vocabulary row, feature by feature. */
  private embeddingGradients(rows: readonly Int32Array[], dInput: Float32Array): Gradient[] {
    let offset = 0;
    return this.embeddings.map((table, f) => {
      const width = table.columns;
      const distinct = at(this.distinctRows, f)(at(rows, f));
      const values = new Float32Array(distinct.values.length * width);
      distinct.position.forEach((place, e) => {
        let from = e * this.inputWidth + offset;
        for (let to = place * width; to < (place + 1) * width; to++) values[to]! += dInput[from++]!;
      });
      offset += width;
      return { parameter: table, rows: distinct.values, values };
    });
  }
}

function last<T>(items: readonly T[]): T {
  return at(items, items.length - 1);
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`index ${index} of ${items.length}`);
  return item;
}
