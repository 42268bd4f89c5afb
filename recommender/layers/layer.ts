/** What all layers have in common: numbers in, numbers out, and nothing is remembered. */
export interface Layer {
  /** Width of the output. */
  readonly width: number;
  /** Takes x [rows, inputs] to y [rows, width], row-major; x is left as it is, and may be returned. */
  forward(this: void, x: Float32Array): Float32Array;
}

/** The trained matrix of that name, [rows, columns] row-major. */
export type LayerWeights = (name: string, rows: number, columns: number) => Float32Array;
