/**
 * The recommender's layers as operators; what each computes is said beside its file in `recommender/layers`. As there, sums are of
 * double precision and each layer's output is rounded to single, so that both agree to the last digits whatever cancels.
 */
import { assertNever } from '@trainyard/shared/common';
import type { Activation, Layer as LayerSpec, LayerOf } from '@trainyard/shared/spec/layers';
import type { LayerWeights } from '@trainyard/recommender/layers/layer';
import type { OnnxGraph, Value } from './onnxGraph.js';
import { double, single, where } from './ops.js';

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
  const sum = graph.op('Add', [
    double(graph, product.value),
    vector(graph, weights(`${name}/bias`, 1, units)),
  ]);
  return { value: single(graph, activated(graph, activation, sum)), width: units };
}

function batchNorm(
  graph: OnnxGraph,
  name: string,
  { value, width }: Wide,
  { epsilon }: LayerOf<'batchNorm'>,
  weights: LayerWeights,
): Wide {
  const part = (of: string) => weights(`${name}/${of}`, 1, width);
  const [scale, variance] = [part('scale'), part('runningVariance')];
  const slope = Array.from(scale, (factor, c) => factor / Math.sqrt(variance[c]! + epsilon));
  const centred = graph.op('Sub', [double(graph, value), vector(graph, part('runningMean'))]);
  const scaled = graph.op('Mul', [centred, graph.doubles(slope, [width])]);
  return { value: single(graph, graph.op('Add', [scaled, vector(graph, part('shift'))])), width };
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
    const bias = vector(graph, weights(`${name}/bias${i}`, 1, width));
    const inner = graph.op('Add', [double(graph, product.value), bias]);
    const crossed = graph.op('Mul', [double(graph, x0.value), inner]);
    x = { value: single(graph, graph.op('Add', [crossed, double(graph, x.value)])), width };
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

/** Weights [width] in double precision. */
function vector(graph: OnnxGraph, values: Float32Array): Value {
  return graph.doubles(Array.from(values), [values.length]);
}

/** The product with a matrix of the weights, [width, outputs], rounded to single precision. */
function times(
  graph: OnnxGraph,
  { value, width }: Wide,
  matrix: string,
  outputs: number,
  weights: LayerWeights,
): Wide {
  const w = graph.floats(weights(matrix, width, outputs), [width, outputs]);
  return {
    value: single(graph, graph.op('MatMul', [double(graph, value), double(graph, w)])),
    width: outputs,
  };
}

function activated(graph: OnnxGraph, activation: Activation, z: Value): Value {
  switch (activation) {
    case 'linear':
      return z;
    case 'relu':
      return graph.op('Relu', [z]);
    case 'elu':
      return elu(graph, z);
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

/** e^z - 1 below 0; z from there on. onnxruntime has it of single precision alone. */
function elu(graph: OnnxGraph, z: Value): Value {
  const zero = graph.doubles([0]);
  const below = graph.op('Sub', [graph.op('Exp', [graph.op('Min', [z, zero])]), graph.doubles([1])]);
  return where(graph, graph.op('Less', [z, zero]), below, z);
}

/** z Φ(z) by the formula that the recommender has: 7.1.26 of Abramowitz and Stegun. */
function gelu(graph: OnnxGraph, z: Value): Value {
  const number = (value: number) => graph.doubles([value]);
  const multiply = (a: Value, b: Value) => graph.op('Mul', [a, b]);
  const one = number(1);
  const x = multiply(z, number(Math.SQRT1_2));
  const scaled = multiply(graph.op('Abs', [x]), number(0.3275911));
  const t = graph.op('Div', [one, graph.op('Add', [scaled, one])]);
  // Horner's rule: a1 t + a2 t² + … + a5 t⁵.
  const inner = [-1.453152027, 1.421413741, -0.284496736, 0.254829592].reduce<Value>(
    (value, factor) => graph.op('Add', [multiply(t, value), number(factor)]),
    number(1.061405429),
  );
  const power = graph.op('Exp', [graph.op('Neg', [multiply(x, x)])]);
  const half = multiply(multiply(multiply(t, inner), power), number(0.5));
  // erf(x) = sign(x) (1 - tail), so that Φ(z) is tail / 2 below 0 and 1 - tail / 2 from there on.
  const above = graph.op('Sub', [one, half]);
  return multiply(z, where(graph, graph.op('Less', [z, number(0)]), half, above));
}
