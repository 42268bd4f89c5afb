import type { RatedPairs } from './ratedPairs.js';

/** What predicts targets: the model, and whatever it is compared with. */
export interface Rater {
  readonly name: string;
  /** What it was computed with. */
  readonly settings: Record<string, string | number | null>;
  /** [rows] the predicted target of each pair as the metrics take it: in the column's own units, or 0 … 1. */
  predict(this: void, pairs: RatedPairs, between: () => Promise<void>): Promise<Float64Array>;
}
