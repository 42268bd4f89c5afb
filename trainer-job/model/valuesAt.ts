/**
 * [places.length] the values at these places. A loop: `map` and `from` of typed arrays call a function for each number, which
 * was a twentieth of a training step.
 */
export function valuesAt(values: Float32Array, places: Int32Array): Float32Array;
export function valuesAt(values: Int32Array, places: Int32Array): Int32Array;
export function valuesAt(values: Float32Array | Int32Array, places: Int32Array): Float32Array | Int32Array {
  const result =
    values instanceof Float32Array ? new Float32Array(places.length) : new Int32Array(places.length);
  for (let i = 0; i < places.length; i++) result[i] = values[places[i]!]!;
  return result;
}
