/** The head on top of both towers that predicts the target of a pair. */
import { denseLayerSchema, type Rating } from '@trainyard/shared';
import { passThrough } from './layers/hostPass.js';
import type { TrainingPass } from './layers/layer.js';
import { LayerSequence } from './layers/sequence.js';
import type { Gradient, Parameter } from './parameter.js';
import { randomFor } from './random.js';
import { ratingLoss, type RatingLoss } from './ratingLoss.js';

/** Pairs of a query and an item, by their positions among the towers' outputs. */
export interface Pairs {
  /** [queries, query width] */
  queries: Float32Array;
  /** [items, candidate width] */
  items: Float32Array;
  /** [pairs] */
  pairQuery: Int32Array;
  pairItem: Int32Array;
}

export interface HeadPass {
  /** [pairs, outputs of the loss] */
  logits: Float32Array;
  /** The gradients of the head's parameters, and of all of `queries` and `items`, from that at `logits`. */
  backward(
    this: void,
    dLogits: Float32Array,
  ): {
    gradients: Gradient[];
    dQueries: Float32Array;
    dItems: Float32Array;
  };
  dispose(this: void): void;
}

export class RatingHead {
  readonly loss: RatingLoss;
  private readonly layers: LayerSequence;
  private readonly withProduct: boolean;

  constructor(
    readonly widths: { query: number; candidate: number },
    readonly spec: Rating,
    seed: number,
  ) {
    this.loss = ratingLoss(spec.loss);
    this.withProduct = spec.input === 'concatenationAndProduct';
    const inputs = widths.query + widths.candidate + (this.withProduct ? widths.query : 0);
    const last = denseLayerSchema.parse({ type: 'dense', units: this.loss.outputs, activation: 'linear' });
    this.layers = new LayerSequence('rating', inputs, [...spec.layers, last], (part) =>
      randomFor(seed, `initialise rating ${part}`),
    );
  }

  get parameters(): readonly Parameter[] {
    return this.layers.parameters;
  }

  /** What belongs to the head and is not trained. */
  get state(): readonly Parameter[] {
    return this.layers.state;
  }

  /** Each pair is a row of its own: the same pair may have several targets. */
  forward(pairs: Pairs, pass?: Omit<TrainingPass, 'counts'>): HeadPass {
    const training = pass && { ...pass, counts: new Float32Array(pairs.pairQuery.length).fill(1) };
    const { output, backward, dispose } = passThrough(this.layers, this.inputOf(pairs), training);
    return {
      logits: output,
      dispose,
      backward: (dLogits) => {
        const { gradients, dInput } = backward(dLogits);
        return { gradients, ...this.gathered(pairs, dInput) };
      },
    };
  }

  /** [pairs, inputs]: query, item and, if asked for, their product. */
  private inputOf({ queries, items, pairQuery, pairItem }: Pairs): Float32Array {
    const { query, candidate } = this.widths;
    const stride = this.layers.inputs;
    const input = new Float32Array(pairQuery.length * stride);
    for (let p = 0, to = 0; p < pairQuery.length; p++, to += stride) {
      const [q, c] = [pairQuery[p]! * query, pairItem[p]! * candidate];
      input.set(queries.subarray(q, q + query), to);
      input.set(items.subarray(c, c + candidate), to + query);
      if (!this.withProduct) continue;
      const product = to + query + candidate;
      for (let i = 0; i < query; i++) input[product + i] = queries[q + i]! * items[c + i]!;
    }
    return input;
  }

  private gathered(
    { queries, items, pairQuery, pairItem }: Pairs,
    dInput: Float32Array,
  ): { dQueries: Float32Array; dItems: Float32Array } {
    const { query, candidate } = this.widths;
    const stride = this.layers.inputs;
    const [dQueries, dItems] = [new Float32Array(queries.length), new Float32Array(items.length)];
    for (let p = 0, from = 0; p < pairQuery.length; p++, from += stride) {
      const [q, c] = [pairQuery[p]! * query, pairItem[p]! * candidate];
      for (let i = 0; i < query; i++) dQueries[q + i]! += dInput[from + i]!;
      for (let i = 0; i < candidate; i++) dItems[c + i]! += dInput[from + query + i]!;
      if (!this.withProduct) continue;
      for (let i = 0, at = from + query + candidate; i < query; i++, at++) {
        dQueries[q + i]! += dInput[at]! * items[c + i]!;
        dItems[c + i]! += dInput[at]! * queries[q + i]!;
      }
    }
    return { dQueries, dItems };
  }
}
