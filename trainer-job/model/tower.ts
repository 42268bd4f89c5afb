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
import { valuesAt } from './valuesAt.js';

/** How many entities are read at once where their rows are counted. */
const COUNT_BLOCK = 8192;

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

  /** [rows] of each embedding, in the order of `embeddings`: how often training rows name it; `entities` are those of the rows. */
  namedBy(entities: Int32Array): Float64Array[] {
    const times = new Int32Array(this.data.entities);
    let distinct = 0;
    for (let row = 0; row < entities.length; row++) if (times[entities[row]!]!++ === 0) distinct++;
    const counts = this.embeddings.map(({ rows }) => new Float64Array(rows));
    const occurring = new Int32Array(distinct);
    for (let entity = times.length; entity-- > 0;) if (times[entity]! > 0) occurring[--distinct] = entity;
    for (let start = 0; start < occurring.length; start += COUNT_BLOCK) {
      const block = occurring.subarray(start, start + COUNT_BLOCK);
      this.input.countNamed(this.data.rows(block), valuesAt(times, block), counts);
    }
    return counts;
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
