/** The recommender's layers as operations. What each computes is said beside its file in `recommender/layers`. */
import { assertNever } from '@trainyard/shared/common';
import type { Activation, Layer as LayerSpec, LayerOf } from '@trainyard/shared/spec/layers';
import type { LayerWeights } from '@trainyard/recommender/layers/layer';
import type { Graph, Value } from './graph.js';
import { add, binary, cast, compare, floats, matMul, number, select, unary } from './ops.js';

/** Numbers [rows, width]. */
export interface Wide {
  value: Value;
  width: number;
}

/**
 * What layers are computed in. `float64`: sums are of double precision and each layer's output is rounded to single, as the recommender
 * does it, so that both agree to the last digits whatever cancels. `float32` where there is nothing else, as in browsers.
 */
export type Precision = 'float64' | 'float32';

/** Where layers take their weights, and how they compute. */
export interface LayerContext {
  graph: Graph;
  weights: LayerWeights;
  precision: Precision;
}

/** Layers one after the other, over [rows, width] of float32; their weights have the names that a tower's file gives them. */
export function layersOf(
  context: LayerContext,
  name: string,
  specs: readonly LayerSpec[],
  input: Wide,
): Wide {
  return specs.reduce<Wide>((x, spec, i) => layerOf(context, `${name}/${spec.type}${i}`, spec, x), input);
}

function layerOf(context: LayerContext, name: string, spec: LayerSpec, x: Wide): Wide {
  switch (spec.type) {
    case 'dense':
      return dense(context, name, spec, x);
    case 'dropout':
      return x;
    case 'batchNorm':
      return batchNorm(context, name, spec, x);
    case 'cross':
      return cross(context, name, spec, x);
    case 'residual':
      return residual(context, name, spec, x);
    default:
      return assertNever(spec);
  }
}

function dense(
  context: LayerContext,
  name: string,
  { units, activation }: Pick<LayerOf<'dense'>, 'units' | 'activation'>,
  { value, width }: Wide,
): Wide {
  const { graph } = context;
  const product = times(context, value, [`${name}/weights`, width, units]);
  const sum = add(graph, exact(context, product), vector(context, `${name}/bias`, units));
  return { value: cast(graph, activated(graph, activation, sum), 'float32'), width: units };
}

function batchNorm(
  context: LayerContext,
  name: string,
  { epsilon }: LayerOf<'batchNorm'>,
  { value, width }: Wide,
): Wide {
  const { graph, weights, precision } = context;
  const scale = weights(`${name}/scale`, 1, width);
  const variance = weights(`${name}/runningVariance`, 1, width);
  const slope = Float64Array.from(scale, (factor, c) => factor / Math.sqrt((variance[c] ?? 0) + epsilon));
  const slopes = graph.constant(`${name}/slope`, {
    type: precision,
    shape: [width],
    values: precision === 'float64' ? slope : Float32Array.from(slope),
  });
  const centred = binary(graph, 'Sub', exact(context, value), vector(context, `${name}/runningMean`, width));
  const scaled = binary(graph, 'Mul', centred, slopes);
  return {
    value: cast(graph, add(graph, scaled, vector(context, `${name}/shift`, width)), 'float32'),
    width,
  };
}

function cross(
  context: LayerContext,
  name: string,
  { depth, rank }: LayerOf<'cross'>,
  { value: x0, width }: Wide,
): Wide {
  const { graph } = context;
  let x = x0;
  for (let i = 0; i < depth; i++) {
    const factors: MatrixOf[] = rank
      ? [
          [`${name}/down${i}`, width, rank],
          [`${name}/up${i}`, rank, width],
        ]
      : [[`${name}/weights${i}`, width, width]];
    const product = factors.reduce((y, factor) => times(context, y, factor), x);
    const inner = add(graph, exact(context, product), vector(context, `${name}/bias${i}`, width));
    const step = add(graph, binary(graph, 'Mul', exact(context, x0), inner), exact(context, x));
    x = cast(graph, step, 'float32');
  }
  return { value: x, width };
}

function residual(context: LayerContext, name: string, { layers }: LayerOf<'residual'>, x: Wide): Wide {
  const inner = layersOf(context, name, layers, x);
  const past =
    inner.width === x.width ? x.value : times(context, x.value, [`${name}/projection`, x.width, inner.width]);
  return { value: add(context.graph, inner.value, past), width: inner.width };
}

function activated(graph: Graph, activation: Activation, z: Value): Value {
  switch (activation) {
    case 'linear':
      return z;
    case 'relu':
      return unary(graph, 'Relu', z);
    case 'elu':
      return unary(graph, 'Elu', z);
    case 'tanh':
      return unary(graph, 'Tanh', z);
    case 'sigmoid':
      return unary(graph, 'Sigmoid', z);
    case 'gelu':
      return gelu(graph, z);
    default:
      return assertNever(activation);
  }
}

/** z Φ(z) by the formula that the recommender has: 7.1.26 of Abramowitz and Stegun. */
function gelu(graph: Graph, z: Value): Value {
  const multiply = (a: Value, b: Value | number) => binary(graph, 'Mul', a, b);
  const one = number(graph, z.type, 1);
  const x = multiply(z, Math.SQRT1_2);
  const t = binary(graph, 'RealDiv', one, add(graph, multiply(unary(graph, 'Abs', x), 0.3275911), 1));
  // Horner's rule: a1 t + a2 t² + … + a5 t⁵.
  const inner = [-1.453152027, 1.421413741, -0.284496736, 0.254829592].reduce<Value>(
    (value, factor) => add(graph, multiply(t, value), factor),
    number(graph, z.type, 1.061405429),
  );
  const power = unary(graph, 'Exp', unary(graph, 'Neg', multiply(x, x)));
  const half = multiply(multiply(multiply(t, inner), power), 0.5);
  // erf(x) = sign(x) (1 - tail), so that Φ(z) is tail / 2 below 0 and 1 - tail / 2 from there on.
  const above = binary(graph, 'Sub', one, half);
  return multiply(z, select(graph, compare(graph, 'Less', z, 0), half, above));
}

function exact({ graph, precision }: LayerContext, x: Value): Value {
  return cast(graph, x, precision);
}

/** Name, rows and columns. */
type MatrixOf = readonly [string, number, number];

/** x [rows, inner] times a matrix, rounded to float32. */
function times(context: LayerContext, x: Value, [name, rows, width]: MatrixOf): Value {
  const { graph, weights } = context;
  const w = floats(graph, name, weights(name, rows, width), [rows, width]);
  return cast(graph, matMul(graph, exact(context, x), exact(context, w)), 'float32');
}

function vector(context: LayerContext, name: string, width: number): Value {
  return exact(context, floats(context.graph, name, context.weights(name, 1, width)));
}
