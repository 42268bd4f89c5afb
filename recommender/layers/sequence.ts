import { assertNever } from '@trainyard/shared/common';
import type { Layer as LayerSpec } from '@trainyard/shared/spec/layers';
import { batchNorm } from './batchNorm.js';
import { cross } from './cross.js';
import { dense } from './dense.js';
import type { Layer, LayerWeights } from './layer.js';
import { residual } from './residual.js';

/** Layers one after the other, whose weights are named by kind and position: `query/dense0`, `query/batchNorm1`. */
export function sequence(
  name: string,
  inputs: number,
  specs: readonly LayerSpec[],
  weights: LayerWeights,
): Layer {
  let width = inputs;
  const layers = specs.map((spec, i) => {
    const layer = newLayer(`${name}/${spec.type}${i}`, width, spec, weights);
    width = layer.width;
    return layer;
  });
  return { width, forward: (input) => layers.reduce((x, layer) => layer.forward(x), input) };
}

function newLayer(name: string, inputs: number, spec: LayerSpec, weights: LayerWeights): Layer {
  switch (spec.type) {
    case 'dense':
      return dense(name, inputs, spec, weights);
    case 'dropout':
      // Numbers are dropped in training alone.
      return { width: inputs, forward: (x) => x };
    case 'batchNorm':
      return batchNorm(name, inputs, spec, weights);
    case 'cross':
      return cross(name, inputs, spec, weights);
    case 'residual':
      return residual(name, inputs, sequence(name, inputs, spec.layers, weights), weights);
    default:
      return assertNever(spec);
  }
}
