import type { LayerOf } from '@trainyard/shared/spec/layers';
import type { Layer, LayerWeights } from './layer.js';
import { product } from './product.js';

/**
 * The cross network of DCN-v2 (Wang et al., 2021): from x₀ = x [rows, width], `depth` times x ← x₀ ⊙ (x W + b) + x; with a
 * `rank` r, W = U V with U [width, r] and V [r, width].
 */
export function cross(
  name: string,
  width: number,
  { depth, rank }: LayerOf<'cross'>,
  weights: LayerWeights,
): Layer {
  const steps = Array.from({ length: depth }, (_, i) => ({
    times: rank
      ? lowRank(weights(`${name}/down${i}`, width, rank), weights(`${name}/up${i}`, rank, width), width, rank)
      : whole(weights(`${name}/weights${i}`, width, width), width),
    bias: weights(`${name}/bias${i}`, 1, width),
  }));
  return {
    width,
    forward(x0) {
      let x = x0;
      for (const { times, bias } of steps) {
        const before = x;
        x = times(before).map((value, i) => x0[i]! * (value + bias[i % width]!) + before[i]!);
      }
      return x;
    },
  };
}

function whole(w: Float32Array, width: number) {
  return (x: Float32Array): Float32Array => product(x, width, w, width);
}

function lowRank(down: Float32Array, up: Float32Array, width: number, rank: number) {
  return (x: Float32Array): Float32Array => product(product(x, width, down, rank), rank, up, width);
}
