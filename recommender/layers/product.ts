/** x·w for x [rows, inputs] and w [inputs, outputs]; sums are of double precision, the result [rows, outputs] of single. */
export function product(x: Float32Array, inputs: number, w: Float32Array, outputs: number): Float32Array {
  const rows = x.length / inputs;
  const result = new Float32Array(rows * outputs);
  const sums = new Float64Array(outputs);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let i = 0, at = 0; i < inputs; i++) {
      const value = x[row * inputs + i]!;
      // After a relu, half of the numbers are 0.
      if (value === 0) at += outputs;
      else for (let o = 0; o < outputs; o++, at++) sums[o]! += value * w[at]!;
    }
    result.set(sums, row * outputs);
  }
  return result;
}
