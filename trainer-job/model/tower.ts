/** A tower: the embeddings and numbers of an entity's features side by side, taken through dense layers. */
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingSpec } from '@trainyard/shared';
import type { EncodedTower, EntityRows } from '../data/encodedDataset.js';
import { DenseLayer } from './denseLayer.js';
import { take } from './matrix.js';
import type { Gradient, Parameter } from './parameter.js';
import { randomFor } from './random.js';
import { TowerInput } from './towerInput.js';

export interface TowerPass {
  /** [entities, width] */
  output: Float32Array;
  /** Every gradient of the tower, from the loss's gradient at `output`. Ends the pass. */
  backward(dOutput: Float32Array): Gradient[];
  /** Ends the pass without gradients. */
  dispose(): void;
}

export class Tower {
  private readonly input: TowerInput;
  private readonly layers: readonly DenseLayer[];

  constructor(
    readonly name: 'query' | 'candidate',
    readonly data: EncodedTower,
    spec: TrainingSpec,
  ) {
    const random = (part: string) => randomFor(spec.training.seed, `initialise ${name} ${part}`);
    this.input = new TowerInput(name, data.features, random);
    let width = this.input.width;
    this.layers = spec.model[name].layers.map((layer, i) => {
      const dense = new DenseLayer(`${name}/dense${i}`, width, layer, random(`dense ${i}`));
      width = dense.units;
      return dense;
    });
  }

  get width(): number {
    return this.layers.at(-1)?.units ?? this.input.width;
  }

  get embeddings(): readonly Parameter[] {
    return this.input.embeddings;
  }

  get parameters(): Parameter[] {
    return [...this.input.embeddings, ...this.layers.flatMap((layer) => [layer.weights, layer.bias])];
  }

  /** Takes entities, each of them once, through the tower. */
  forward(rows: EntityRows): TowerPass {
    const { values: input, count, backward } = this.input.forward(rows);
    if (this.layers.length === 0) return { output: input, backward, dispose: () => {} };
    const activations = [tf.tensor2d(input, [count, this.input.width])];
    for (const layer of this.layers) activations.push(layer.forward(last(activations)));
    const dispose = () => tf.dispose(activations);
    return {
      output: last(activations).dataSync<'float32'>(),
      dispose,
      backward: (dOutput) => {
        const gradients: Gradient[] = [];
        let dy = tf.tensor2d(dOutput, [count, this.width]);
        for (let i = this.layers.length - 1; i >= 0; i--) {
          const [layer, x, y] = [at(this.layers, i), at(activations, i), at(activations, i + 1)];
          const step = layer.backward(x, y, dy);
          gradients.push(...step.gradients);
          dy.dispose();
          dy = step.dx;
        }
        dispose();
        return [...gradients, ...backward(take(dy))];
      },
    };
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
