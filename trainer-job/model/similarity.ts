/** How a tower's output becomes the vector that is multiplied: score(q, c) = scaled(q) · unscaled(c). */
import type { Model } from '@trainyard/shared';

export interface Scaled {
  /** [count, width] */
  vectors: Float32Array;
  /** The loss's gradient at the tower's output, from its gradient at `vectors`. */
  backward(this: void, dVectors: Float32Array): Float32Array;
}

/** For `cosine`, vectors of length 1; the query's are divided by the temperature as well. */
export function scaleVectors(
  output: Float32Array,
  width: number,
  model: Model,
  tower: 'query' | 'candidate',
): Scaled {
  const factor = tower === 'query' ? 1 / model.temperature : 1;
  return model.similarity === 'dot' ? multiplied(output, factor) : normalized(output, width, factor);
}

function multiplied(output: Float32Array, factor: number): Scaled {
  const times = (values: Float32Array) => (factor === 1 ? values : values.map((value) => value * factor));
  return { vectors: times(output), backward: times };
}

/** y = f·x/|x|; dx = (f·dy - y (y·dy)/f) / |x|. A zero vector stays zero. */
function normalized(output: Float32Array, width: number, factor: number): Scaled {
  const vectors = new Float32Array(output.length);
  const lengths = new Float32Array(output.length / width);
  for (let r = 0; r < lengths.length; r++) {
    const row = output.subarray(r * width, (r + 1) * width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    lengths[r] = length;
    if (length > 0) for (let c = 0; c < width; c++) vectors[r * width + c] = (row[c]! / length) * factor;
  }
  const backward = (dVectors: Float32Array) => {
    const dOutput = new Float32Array(output.length);
    for (let r = 0; r < lengths.length; r++) {
      const length = lengths[r]!;
      if (length === 0) continue;
      const from = r * width;
      let along = 0;
      for (let i = from; i < from + width; i++) along += vectors[i]! * dVectors[i]!;
      for (let i = from; i < from + width; i++) {
        dOutput[i] = (dVectors[i]! * factor - (vectors[i]! * along) / factor) / length;
      }
    }
    return dOutput;
  };
  return { vectors, backward };
}
