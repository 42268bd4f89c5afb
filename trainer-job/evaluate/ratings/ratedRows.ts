import type { METRICS } from '@trainyard/shared';

/** Values by the handles of the table of metrics. */
export type Measures = Partial<Record<keyof typeof METRICS, number>>;

/** Predictions and truths of rows, in the target's own units; 0 … 1 for a target that is yes or no. */
export interface RatedRows {
  predicted: Float64Array;
  actual: Float64Array;
}

/** What a target of 0 … 1 counts as where there are two answers. */
export const isOne = (target: number): boolean => target >= 0.5;

/** A prediction as a probability: one by squared errors, or a mean off by what its user is, may lie beyond 0 … 1. */
export const within = (prediction: number): number => Math.min(1, Math.max(0, prediction));
