import type { Layer, LayerWeights } from './layer.js';
import { product } from './product.js';

/** `y = x + f(x)` (He et al., 2016), f the inner layers; where they end in another width, `y = x P + f(x)`. */
export function residual(name: string, inputs: number, inner: Layer, weights: LayerWeights): Layer {
  const { width } = inner;
  const projection = width === inputs ? undefined : weights(`${name}/projection`, inputs, width);
  return {
    width,
    forward(x) {
      const past = projection ? product(x, inputs, projection, width) : x;
      return inner.forward(x).map((value, i) => value + past[i]!);
    },
  };
}
