/** The distinct values of an array and where each element's value stands among them. */
export interface Distinct {
  /** Each value once, in the order of first occurrence. */
  values: Int32Array;
  /** [length of the input] */
  position: Int32Array;
  /** [distinct values] how often each occurs. */
  counts: Float32Array;
}

/** The place of each value, or -1. Every finder leaves it as it was: one is enough for all. */
let places = new Int32Array(0);

/**
 * Finds distinct values of integers in 0 … size - 1 in one pass, with a scratch array that is cleared by touching only what
 * was used: the cost follows the input, not `size`.
 */
export function distinctFinder(size: number): (input: Int32Array) => Distinct {
  if (places.length < size) places = new Int32Array(size).fill(-1);
  return (input) => {
    const place = places;
    const values = new Int32Array(input.length);
    const position = new Int32Array(input.length);
    const counts = new Float32Array(input.length);
    let count = 0;
    for (let i = 0; i < input.length; i++) {
      const value = input[i]!;
      let at = place[value]!;
      if (at < 0) {
        at = count++;
        place[value] = at;
        values[at] = value;
      }
      position[i] = at;
      counts[at]! += 1;
    }
    for (let i = 0; i < count; i++) place[values[i]!] = -1;
    return { values: values.subarray(0, count), position, counts: counts.subarray(0, count) };
  };
}
