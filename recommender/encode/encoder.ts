/**
 * Fitted encoders. What an encoder gives for a value is all that any row with that value is encoded as: the transform of
 * the training data and a server both go through here.
 */
import type { TimeUnit } from '@trainyard/shared/timeUnit';
import type { ValueForm } from './value.js';

/** Where an encoder writes: `indices` from position `i` on, `numbers` from position `n` on. */
export interface Encodings {
  indices: Int32Array;
  numbers: Float32Array;
}

/** Of a feature made of texts, one for each of its columns; null is a missing one. */
export interface TextFeatureEncoder {
  form: 'text';
  encode(texts: readonly (string | null)[], to: Encodings, i: number, n: number): void;
}

/** Of a feature made of one number or time in seconds; NaN is a missing one. */
export interface NumberFeatureEncoder {
  form: Exclude<ValueForm, 'text'>;
  /** The unit of times that a request gives as numbers; seconds unless it is there. */
  unit?: TimeUnit | undefined;
  encode(value: number, to: Encodings, i: number, n: number): void;
}

export type FeatureEncoder = TextFeatureEncoder | NumberFeatureEncoder;
