import type { Metrics, TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../data/encodedDataset.js';
import type { Parameter } from './parameter.js';
import { Tower } from './tower.js';
import { SpecError } from './specError.js';

/** How many entities go through a tower at once where no gradient is needed. */
const EMBED_BLOCK = 8192;

/** A query tower and a candidate tower whose outputs have the same width. All its state is in host memory. */
export class TwoTowerModel {
  readonly query: Tower;
  readonly candidate: Tower;

  constructor(
    data: Pick<EncodedDataset, 'query' | 'candidate'>,
    readonly spec: TrainingSpec,
  ) {
    this.query = new Tower('query', data.query, spec);
    this.candidate = new Tower('candidate', data.candidate, spec);
    if (this.query.width !== this.candidate.width) {
      throw new SpecError(
        `the query tower ends in width ${this.query.width}, the candidate tower in ${this.candidate.width}`,
        'give the last layer of both towers the same units or, without layers, the same embedding dims in total',
      );
    }
  }

  get width(): number {
    return this.query.width;
  }

  /** Every trainable matrix, always in the same order. */
  get parameters(): Parameter[] {
    return [...this.query.parameters, ...this.candidate.parameters];
  }

  /** What belongs to the model and is not trained, such as running means. */
  get state(): Parameter[] {
    return [...this.query.state, ...this.candidate.state];
  }

  /** What an epoch tells of the model itself: `temperature`, where it is learned. */
  get metrics(): Metrics {
    const { scaling } = this.query;
    return scaling.parameters.length > 0 ? { temperature: scaling.temperature } : {};
  }

  /** [entities, width]: vectors whose products are scores. */
  embed(tower: 'query' | 'candidate', entities: Int32Array): Float32Array {
    const vectors = new Float32Array(entities.length * this.width);
    for (let start = 0; start < entities.length; start += EMBED_BLOCK) {
      const block = entities.subarray(start, start + EMBED_BLOCK);
      const pass = this[tower].forward(this[tower].data.rows(block));
      vectors.set(this[tower].scale(pass.output).vectors, start * this.width);
      pass.dispose();
    }
    return vectors;
  }
}
