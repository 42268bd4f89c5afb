import type { LayerOf } from '@trainyard/shared/spec/layers';
import { ACTIVATIONS } from './activation.js';
import type { Layer, LayerWeights } from './layer.js';
import { product } from './product.js';

/** `y = activation(x W + b)` for x [rows, inputs] and y [rows, units]. */
export function dense(
  name: string,
  inputs: number,
  { units, activation }: Pick<LayerOf<'dense'>, 'units' | 'activation'>,
  weights: LayerWeights,
): Layer {
  const w = weights(`${name}/weights`, inputs, units);
  const bias = weights(`${name}/bias`, 1, units);
  const activate = ACTIVATIONS[activation];
  return {
    width: units,
    forward(x) {
      const y = product(x, inputs, w, units);
      for (let i = 0, o = 0; i < y.length; i++, o++) {
        if (o === units) o = 0;
        y[i] = activate(y[i]! + bias[o]!);
      }
      return y;
    },
  };
}
