import * as tf from '@tensorflow/tfjs-core';
import { readAndDispose } from './matrix.js';

/** A trainable matrix in host memory, [rows, columns] row-major. Optimizers update it in place, row by row. */
export interface Parameter {
  /** Unique within the model, such as `query/embedding/customer` or `candidate/dense0/weights`. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
  /** A bias, a scale or a temperature: it neither decays nor has a penalty, as a matrix of one row does. */
  readonly isVector?: true;
  /** Where weights decay: what the rows have yet to lose. */
  decay?: OwedDecay;
}

/** Row r is worth exp(owed - paid[r]) times what its values say. Memory that all threads of the process see. */
export interface OwedDecay {
  /** [1] */
  owed: Float64Array;
  /** [rows] */
  paid: Float32Array;
}

/** What the values of a row are to be multiplied with. */
export function worthOf({ decay }: Parameter, row: number): number {
  return decay ? Math.exp(decay.owed[0]! - decay.paid[row]!) : 1;
}

type Allocate = (length: number) => Float32Array;

const ownMemory: Allocate = (length) => new Float32Array(length);
let allocate = ownMemory;

export function newParameter(name: string, rows: number, columns: number): Parameter {
  return { name, rows, columns, values: newValues(rows * columns) };
}

/** Zeros, in memory that is shared `inSharedMemory`. */
export function newValues(length: number): Float32Array {
  return allocate(length);
}

/** A bias, a scale or a temperature: [1, columns]. */
export function newVector(name: string, columns: number): Parameter {
  return { ...newParameter(name, 1, columns), isVector: true };
}

/** Other threads of this process can read and write the parameters, and the state of the optimizer, that are made within `make`. */
export function inSharedMemory<T>(make: () => T): T {
  return allocating(sharedFloats, make);
}

/** Zeros that all threads of the process see. */
export function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/** The parameters made within `make` have no values, and nothing is spent on filling them, until they `borrow` some. */
export function withoutValues<T>(make: () => T): T {
  return allocating(() => new Float32Array(0), make);
}

/** The parameter's values, and what they have yet to lose, are from now on these, which another thread owns. */
export function borrow(parameter: Parameter, values: Float32Array, decay?: OwedDecay): void {
  const { name, rows, columns } = parameter;
  if (values.length !== rows * columns) throw new RangeError(`${name} has ${rows} × ${columns} numbers`);
  Object.assign(parameter, { values, ...(decay && { decay }) });
}

/** `make` is synchronous: nobody else allocates meanwhile. */
function allocating<T>(by: Allocate, make: () => T): T {
  allocate = by;
  try {
    return make();
  } finally {
    allocate = ownMemory;
  }
}

/** The parameter as it is now, [rows, columns]. */
export function tensorOf({ values, rows, columns }: Parameter): tf.Tensor2D {
  return tf.tensor2d(values, [rows, columns]);
}

/**
 * The gradient of a loss with respect to some rows of a parameter; all other rows have gradient 0. `rows` holds each row
 * once; `values` is [rows.length, columns]. Without `rows` it is about every row in order.
 */
export interface Gradient {
  readonly parameter: Parameter;
  readonly rows: Int32Array | undefined;
  readonly values: Float32Array;
}

/** The gradient with respect to a whole parameter; the tensor is disposed. */
export function denseGradient(parameter: Parameter, values: tf.Tensor): Gradient {
  return { parameter, rows: undefined, values: readAndDispose(values) };
}
