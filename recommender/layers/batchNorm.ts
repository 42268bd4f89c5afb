import type { LayerOf } from '@trainyard/shared/spec/layers';
import type { Layer, LayerWeights } from './layer.js';

/** `y = scale · (x - mean) / √(variance + ε) + shift` with the running moments of the training (Ioffe and Szegedy, 2015). */
export function batchNorm(
  name: string,
  width: number,
  { epsilon }: LayerOf<'batchNorm'>,
  weights: LayerWeights,
): Layer {
  const vector = (part: string) => weights(`${name}/${part}`, 1, width);
  const [scale, shift] = [vector('scale'), vector('shift')];
  const [mean, variance] = [vector('runningMean'), vector('runningVariance')];
  const slope = Float64Array.from(variance, (value, c) => scale[c]! / Math.sqrt(value + epsilon));
  return {
    width,
    forward: (x) =>
      x.map((value, i) => {
        const c = i % width;
        return (value - mean[c]!) * slope[c]! + shift[c]!;
      }),
  };
}
