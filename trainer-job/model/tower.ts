/**
 * A tower: the concatenated embeddings of an entity's features, taken through dense layers. The embedding tables live in
 * host memory; a pass gathers the rows of its entities and touches no others, so its cost follows the batch and not the
 * vocabulary.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingSpec } from '@trainyard/shared';
import type { EncodedTower } from '../data/encodedDataset.js';
import { DenseLayer } from './denseLayer.js';
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
  /** Scratch of `embeddingGradients`: where a vocabulary row stands in the gradient, per feature. */
  private readonly slots: readonly Int32Array[];

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
    this.slots = this.embeddings.map((table) => new Int32Array(table.rows).fill(-1));
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

  /** Takes the entities, each named once, through the tower. */
  forward(entities: Int32Array): TowerPass {
    const input = this.gather(entities);
    if (this.layers.length === 0) {
      return {
        output: input,
        backward: (dOutput) => this.embeddingGradients(entities, dOutput),
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
        return [...gradients, ...this.embeddingGradients(entities, take(dy))];
      },
    };
  }

  /** [entities, inputWidth]: the embeddings of each entity's features side by side. */
  private gather(entities: Int32Array): Float32Array {
    const input = new Float32Array(entities.length * this.inputWidth);
    let offset = 0;
    this.embeddings.forEach((table, f) => {
      for (let e = 0; e < entities.length; e++) {
        const row = this.vocabularyIndex(entities[e]!, f) * table.columns;
        input.set(table.values.subarray(row, row + table.columns), e * this.inputWidth + offset);
      }
      offset += table.columns;
    });
    return input;
  }

  /** Sums `dInput` [entities, inputWidth] over the entities that share a vocabulary row, feature by feature. */
  private embeddingGradients(entities: Int32Array, dInput: Float32Array): Gradient[] {
    let offset = 0;
    return this.embeddings.map((table, f) => {
      const slot = at(this.slots, f);
      const width = table.columns;
      const rows = new Int32Array(entities.length);
      const values = new Float32Array(entities.length * width);
      let count = 0;
      for (let e = 0; e < entities.length; e++) {
        const row = this.vocabularyIndex(entities[e]!, f);
        let place = slot[row]!;
        if (place < 0) {
          place = count++;
          slot[row] = place;
          rows[place] = row;
        }
        const from = e * this.inputWidth + offset;
        for (let c = 0, to = place * width; c < width; c++, to++) {
          values[to]! += dInput[from + c]!;
        }
      }
      for (let i = 0; i < count; i++) slot[rows[i]!] = -1;
      offset += width;
      return { parameter: table, rows: rows.subarray(0, count), values: values.subarray(0, count * width) };
    });
  }

  private vocabularyIndex(entity: number, feature: number): number {
    return this.data.table[entity * this.data.features.length + feature]!;
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
