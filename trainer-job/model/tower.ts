/** A tower: the embeddings and numbers of an entity's features side by side, taken through layers. */
import { seedOf, type TrainingSpec } from '@trainyard/shared';
import type { EncodedTower, EntityRows } from '../data/encodedDataset.js';
import { initializeEmbedding } from './initialize.js';
import { passThrough } from './layers/hostPass.js';
import type { TrainingPass } from './layers/layer.js';
import { LayerSequence } from './layers/sequence.js';
import type { Gradient, Parameter } from './parameter.js';
import { randomFor } from './random.js';
import { Scaling, type Scaled } from './similarity.js';
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
  readonly scaling: Scaling;
  private readonly input: TowerInput;
  private readonly layers: LayerSequence;

  constructor(
    readonly name: 'query' | 'candidate',
    readonly data: EncodedTower,
    { model, training }: Pick<TrainingSpec, 'model' | 'training'>,
  ) {
    const seed = seedOf(training, 'initialization');
    const random = (part: string) => randomFor(seed, `initialise ${name} ${part}`);
    this.input = new TowerInput(name, data.features, (table, feature) =>
      initializeEmbedding(table, model.embeddings, random(`embedding ${feature}`)),
    );
    this.layers = new LayerSequence(name, this.input.width, model[name].layers, random);
    this.scaling = new Scaling(name, this.width, model);
  }

  get width(): number {
    return this.layers.width;
  }

  get embeddings(): readonly Parameter[] {
    return this.input.embeddings;
  }

  /** Every trainable matrix, always in the same order. */
  get parameters(): Parameter[] {
    return [...this.input.embeddings, ...this.layers.parameters, ...this.scaling.parameters];
  }

  /** What belongs to the tower and is not trained, such as running means. */
  get state(): readonly Parameter[] {
    return this.layers.state;
  }

  /** Takes entities, each of them once, through the tower; with `training`, as one does who trains. */
  forward(rows: EntityRows, training?: TrainingPass): TowerPass {
    const input = this.input.forward(rows);
    const { output, backward, dispose } = passThrough(this.layers, input.values, training);
    return {
      output,
      dispose,
      backward: (dOutput) => {
        const { gradients, dInput } = backward(dOutput);
        return [...gradients, ...input.backward(dInput)];
      },
    };
  }

  /** The vectors whose products are scores, [entities, width], of a pass's output. */
  scale(output: Float32Array): Scaled {
    return this.scaling.scale(output);
  }
}
