import { featureColumns, type Feature } from '@trainyard/shared';
import type { EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';
import type { Fit } from '../../features/fit.js';
import { z } from 'zod';
import { TrainerError } from '../../errors/trainerError.js';

/** A feature of all rows, in the order of their places. */
export type RowValues =
  /** Row r is encoded as entry `codes[r]` of a table of distinct encodings, `indices` and `numbers` columns each. */
  | { codes: Int32Array; indices: Int32Array; numbers: Float32Array }
  /** [rows, width] */
  | { codes?: never; numbers: Float32Array };

/** The entry of `indices` and `numbers` that a row is encoded as. */
export function entryOf({ codes }: RowValues): (row: number) => number {
  return codes ? (row) => codes[row]! : (row) => row;
}

/** A fitted feature, and all rows encoded by it. */
export interface Encoding extends Fit {
  encoded: EncodedFeature;
  rows: RowValues;
  /** Of a feature whose vocabulary was given. */
  unknown?: UnknownValues;
}

/** How a given vocabulary fits the data. */
export const unknownValuesSchema = z.strictObject({
  /** Distinct values of the data that it lacks; of texts, words. */
  values: z.int(),
  /** Rows of all splits that have such a value. */
  rows: z.int(),
  /** Those of them that are for training. */
  trainRows: z.int(),
  /** Values of its own that no training row has. */
  unused: z.int(),
});
export type UnknownValues = z.infer<typeof unknownValuesSchema>;

/** The table where a code is the row of the embedding. */
export function identity(rows: number): { indices: Int32Array; numbers: Float32Array } {
  return { indices: Int32Array.from({ length: rows }, (_, i) => i), numbers: new Float32Array(0) };
}

/** What to say of a column that has nothing to be fitted on. */
export function emptyFeature(feature: Feature, what: string): TrainerError {
  return new TrainerError(
    'empty-feature',
    `column "${featureColumns(feature).join('", "')}" has no ${what} in any training row`,
    'name the right column, correct its cast in dataset.columns, or leave the feature out',
    { stage: 'transform' },
  );
}
