/** How near to the recommender's the numbers of other software must be: the one place that says it. */

/**
 * What the software computes in. `double`: SavedModel and ONNX, whose sums are of double precision. `single`: what has nothing but
 * float32, the trainer and TensorFlow.js; there, a sum of n products is off by up to n · 2⁻²⁴ of the sum of their sizes, however near to 0
 * it comes, and no multiple of the score itself can be held.
 */
export type Precision = 'double' | 'single';

interface Bar {
  /** Of the number itself. */
  ofNumber: number;
  /** Of what it is made of: of the product of a score's vectors' lengths, or of the length of the vector that has the number. */
  ofSize: number;
}

const BARS: Readonly<Record<Precision, Bar>> = {
  // Measured: vectors to the last bit; scores and predictions 6e-8, which is their rounding to float32.
  double: { ofNumber: 1.2e-7, ofSize: 0 },
  // Measured: predictions 2.4e-6 of themselves, scores and vectors 6.2e-7 of their sizes (native TensorFlow; wasm 5.1e-7, plain JavaScript 4e-7).
  single: { ofNumber: 5e-6, ofSize: 1.2e-6 },
};

/**
 * `single`, of queries whose values are so far out that layers make thousands of them, which cancel in the next layer. Measured: predictions 7e-6
 * of themselves, scores and vectors 1.4e-5 of their sizes (wasm 3.3e-6, of 5 of 1,000 queries more than 1e-6).
 */
const FAR_OUT: Bar = { ofNumber: 1e-5, ofSize: 2.8e-5 };

export interface Closeness {
  precision: Precision;
  /** Whether values are far beyond those of the training. */
  isFarOut: boolean;
}

/** Whether a number is as near to the recommender's as the software can come. `size` is 0 of what is no product, such as a prediction. */
export function scoresAgree(
  actual: number,
  expected: number,
  { precision, isFarOut }: Closeness,
  size: number,
): boolean {
  const { ofNumber, ofSize } = precision === 'single' && isFarOut ? FAR_OUT : BARS[precision];
  return Math.abs(actual - expected) <= Math.max(ofNumber * Math.abs(expected), ofSize * size);
}
