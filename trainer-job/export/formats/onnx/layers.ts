/** The recommender's layers as operators; what each computes is said beside its file in `recommender/layers`. */
import { assertNever } from '@trainyard/shared/common';
import type { Activation, Layer as LayerSpec, LayerOf } from '@trainyard/shared/spec/layers';
import type { LayerWeights } from '@trainyard/recommender/layers/layer';
import type { OnnxGraph, Value } from './onnxGraph.js';

/** Numbers [rows, width], float32. */
export interface Wide {
  value: Value;
  width: number;
}

/** Layers one after the other, whose weights have the names that the folder of the model gives them. */
export function sequence(
  graph: OnnxGraph,
  name: string,
  input: Wide,
  specs: readonly LayerSpec[],
  weights: LayerWeights,
): Wide {
  return specs.reduce((x, spec, i) => layer(graph, `${name}/${spec.type}${i}`, x, spec, weights), input);
}

function layer(graph: OnnxGraph, name: string, x: Wide, spec: LayerSpec, weights: LayerWeights): Wide {
  switch (spec.type) {
    case 'dense':
      return dense(graph, name, x, spec, weights);
    case 'dropout':
      return x;
    case 'batchNorm':
      return batchNorm(graph, name, x, spec, weights);
    case 'cross':
      return cross(graph, name, x, spec, weights);
    case 'residual':
      return residual(graph, name, x, spec, weights);
    default:
      return assertNever(spec);
  }
}

function dense(
  graph: OnnxGraph,
  name: string,
  x: Wide,
  { units, activation }: Pick<LayerOf<'dense'>, 'units' | 'activation'>,
  weights: LayerWeights,
): Wide {
  const product = times(graph, x, `${name}/weights`, units, weights);
  const bias = graph.floats(weights(`${name}/bias`, 1, units), [units]);
  return { value: activated(graph, activation, graph.op('Add', [product.value, bias])), width: units };
}

function batchNorm(
  graph: OnnxGraph,
  name: string,
  { value, width }: Wide,
  { epsilon }: LayerOf<'batchNorm'>,
  weights: LayerWeights,
): Wide {
  const vector = (part: string) => weights(`${name}/${part}`, 1, width);
  const [scale, variance] = [vector('scale'), vector('runningVariance')];
  const slope = scale.map((factor, c) => factor / Math.sqrt(variance[c]! + epsilon));
  const constant = (values: Float32Array) => graph.floats(values, [width]);
  const centred = graph.op('Sub', [value, constant(vector('runningMean'))]);
  const scaled = graph.op('Mul', [centred, constant(slope)]);
  return { value: graph.op('Add', [scaled, constant(vector('shift'))]), width };
}

function cross(
  graph: OnnxGraph,
  name: string,
  x0: Wide,
  { depth, rank }: LayerOf<'cross'>,
  weights: LayerWeights,
): Wide {
  const { width } = x0;
  let x = x0;
  for (let i = 0; i < depth; i++) {
    const product = rank
      ? times(graph, times(graph, x, `${name}/down${i}`, rank, weights), `${name}/up${i}`, width, weights)
      : times(graph, x, `${name}/weights${i}`, width, weights);
    const bias = graph.floats(weights(`${name}/bias${i}`, 1, width), [width]);
    const crossed = graph.op('Mul', [x0.value, graph.op('Add', [product.value, bias])]);
    x = { value: graph.op('Add', [crossed, x.value]), width };
  }
  return x;
}

function residual(
  graph: OnnxGraph,
  name: string,
  x: Wide,
  { layers }: LayerOf<'residual'>,
  weights: LayerWeights,
): Wide {
  const inner = sequence(graph, name, x, layers, weights);
  const past = inner.width === x.width ? x : times(graph, x, `${name}/projection`, inner.width, weights);
  return { value: graph.op('Add', [inner.value, past.value]), width: inner.width };
}

/** The product with a matrix of the weights, [width, outputs]. */
function times(
  graph: OnnxGraph,
  { value, width }: Wide,
  matrix: string,
  outputs: number,
  weights: LayerWeights,
): Wide {
  const w = graph.floats(weights(matrix, width, outputs), [width, outputs]);
  return { value: graph.op('MatMul', [value, w]), width: outputs };
}

function activated(graph: OnnxGraph, activation: Activation, z: Value): Value {
  switch (activation) {
    case 'linear':
      return z;
    case 'relu':
      return graph.op('Relu', [z]);
    case 'elu':
      return graph.op('Elu', [z]);
    case 'tanh':
      return graph.op('Tanh', [z]);
    case 'sigmoid':
      return graph.op('Sigmoid', [z]);
    case 'gelu':
      return gelu(graph, z);
    default:
      return assertNever(activation);
  }
}

/** z Φ(z) = z (1 + erf(z / √2)) / 2. */
function gelu(graph: OnnxGraph, z: Value): Value {
  const number = (value: number) => graph.floats(Float32Array.of(value), []);
  const erf = graph.op('Erf', [graph.op('Mul', [z, number(Math.SQRT1_2)])]);
  const twice = graph.op('Mul', [z, graph.op('Add', [erf, number(1)])]);
  return graph.op('Mul', [twice, number(0.5)]);
}
