import { METRICS, metricName, seedOf, type Metrics, type TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset, EntityRows } from '../data/encodedDataset.js';
import type { FittedTarget } from '@trainyard/recommender/encode/target';
import type { Parameter } from './parameter.js';
import { RatingHead } from './ratingHead.js';
import { Tower } from './tower.js';
import { TrainerError } from '../errors/trainerError.js';

/** How many entities go through a tower at once where no gradient is needed. */
export const EMBED_BLOCK = 8192;

/** What predicts a target, and what the predictions mean. */
export interface RatingModel {
  head: RatingHead;
  target: FittedTarget;
}

/**
 * A query tower and a candidate tower, whose outputs have the same width where their products are scores; models for ranking
 * have a head on top of them. All its state is in host memory.
 */
export class TwoTowerModel {
  readonly query: Tower;
  readonly candidate: Tower;
  readonly rating: RatingModel | undefined;

  constructor(
    data: Pick<EncodedDataset, 'query' | 'candidate' | 'target'>,
    readonly spec: TrainingSpec,
  ) {
    this.query = new Tower('query', data.query, spec);
    this.candidate = new Tower('candidate', data.candidate, spec);
    this.rating = ratingModel(this, data.target, spec);
    if (this.query.width !== this.candidate.width && needsEqualWidths(spec)) {
      throw new TrainerError(
        'invalid-spec',
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
    return [...this.query.parameters, ...this.candidate.parameters, ...(this.rating?.head.parameters ?? [])];
  }

  /** What belongs to the model and is not trained, such as running means. */
  get state(): Parameter[] {
    return [...this.query.state, ...this.candidate.state, ...(this.rating?.head.state ?? [])];
  }

  /** What an epoch tells of the model itself: its temperature, where it is learned. */
  get metrics(): Metrics {
    const { scaling } = this.query;
    return scaling.parameters.length > 0
      ? { [metricName(METRICS.temperature, 'training')]: scaling.temperature }
      : {};
  }

  /** [entities, width]: vectors whose products are scores. */
  embed(tower: 'query' | 'candidate', entities: Int32Array): Float32Array {
    return this.throughTower(tower, entities, (output) => this[tower].scale(output).vectors);
  }

  /** As `embed`, of the encodings of some entities; all of them at once. */
  embedRows(tower: 'query' | 'candidate', rows: EntityRows): Float32Array {
    return this.rowsThrough(tower, rows, (output) => this[tower].scale(output).vectors);
  }

  /** As `outputs`, of the encodings of some entities; all of them at once. */
  outputRows(tower: 'query' | 'candidate', rows: EntityRows): Float32Array {
    return this.rowsThrough(tower, rows, (output) => output);
  }

  /** [entities, width of the tower]: what the rating head takes. */
  outputs(tower: 'query' | 'candidate', entities: Int32Array): Float32Array {
    return this.throughTower(tower, entities, (output) => output);
  }

  private throughTower(
    name: 'query' | 'candidate',
    entities: Int32Array,
    end: (output: Float32Array) => Float32Array,
  ): Float32Array {
    const { data, width } = this[name];
    const vectors = new Float32Array(entities.length * width);
    for (let start = 0; start < entities.length; start += EMBED_BLOCK) {
      const rows = data.rows(entities.subarray(start, start + EMBED_BLOCK));
      vectors.set(this.rowsThrough(name, rows, end), start * width);
    }
    return vectors;
  }

  private rowsThrough(
    name: 'query' | 'candidate',
    rows: EntityRows,
    end: (output: Float32Array) => Float32Array,
  ): Float32Array {
    const pass = this[name].forward(rows);
    const vectors = end(pass.output);
    pass.dispose();
    return vectors;
  }
}

function ratingModel(
  { query, candidate }: TwoTowerModel,
  target: FittedTarget | undefined,
  { model, training }: TrainingSpec,
): RatingModel | undefined {
  if (!model.rating) return undefined;
  if (!target) throw new Error('the encoded data have no target');
  const widths = { query: query.width, candidate: candidate.width };
  return { head: new RatingHead(widths, model.rating, seedOf(training, 'initialization')), target };
}

function needsEqualWidths({ model }: TrainingSpec): boolean {
  return model.type !== 'ranking' || model.rating?.input === 'concatenationAndProduct';
}
