/** How a tower's output becomes the vector that is multiplied: score(q, c) = scaled(q) · scaled(c). */
import type { Model } from '@trainyard/shared';
import { newVector, type Gradient, type Parameter } from './parameter.js';

export interface Scaled {
  /** [count, width] */
  vectors: Float32Array;
  /** The loss's gradient at the tower's output, and at the temperature if it is learned, from that at `vectors`. */
  backward(this: void, dVectors: Float32Array): { dOutput: Float32Array; gradients: Gradient[] };
}

/**
 * For `cosine`, vectors of length 1; the query's are divided by the temperature as well. A learned temperature belongs to
 * the query tower, by its logarithm: so it stays positive, and a step changes it by a share of what it is.
 */
export class Scaling {
  private readonly logTemperature: Parameter | undefined;
  private readonly fixed: number;

  constructor(
    tower: 'query' | 'candidate',
    private readonly width: number,
    private readonly model: Pick<Model, 'similarity' | 'temperature'>,
  ) {
    this.fixed = tower === 'query' && typeof model.temperature === 'number' ? model.temperature : 1;
    if (tower === 'candidate' || typeof model.temperature === 'number') return;
    this.logTemperature = newVector('query/logTemperature', 1);
    this.logTemperature.values[0] = Math.log(model.temperature.initial);
  }

  get parameters(): readonly Parameter[] {
    return this.logTemperature ? [this.logTemperature] : [];
  }

  /** What the vectors are divided by: 1 for candidates. */
  get temperature(): number {
    return this.logTemperature ? Math.exp(this.logTemperature.values[0]!) : this.fixed;
  }

  /** Brings a learned temperature back into its range; to be called after each step. */
  clamp(): void {
    const { temperature } = this.model;
    if (!this.logTemperature || typeof temperature === 'number') return;
    const [low, high] = [Math.log(temperature.min), Math.log(temperature.max)];
    this.logTemperature.values[0] = Math.min(Math.max(this.logTemperature.values[0]!, low), high);
  }

  scale(output: Float32Array): Scaled {
    const factor = 1 / this.temperature;
    const { vectors, backward } =
      this.model.similarity === 'dot' ? multiplied(output, factor) : normalized(output, this.width, factor);
    return {
      vectors,
      backward: (dVectors) => ({
        dOutput: backward(dVectors),
        gradients: this.temperatureGradient(vectors, dVectors),
      }),
    };
  }

  /** Every vector is its direction times 1/T = exp(-log T), so the slope along log T is minus itself. */
  private temperatureGradient(vectors: Float32Array, dVectors: Float32Array): Gradient[] {
    if (!this.logTemperature) return [];
    let slope = 0;
    for (let i = 0; i < vectors.length; i++) slope -= vectors[i]! * dVectors[i]!;
    return [{ parameter: this.logTemperature, rows: undefined, values: Float32Array.of(slope) }];
  }
}

interface Factored {
  vectors: Float32Array;
  backward: (dVectors: Float32Array) => Float32Array;
}

function multiplied(output: Float32Array, factor: number): Factored {
  const times = (values: Float32Array) => (factor === 1 ? values : values.map((value) => value * factor));
  return { vectors: times(output), backward: times };
}

/** y = f·x/|x|; dx = (f·dy - y (y·dy)/f) / |x|. A zero vector stays zero. */
function normalized(output: Float32Array, width: number, factor: number): Factored {
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
