/** A rating head as operators: what it predicts of pairs. */
import { assertNever } from '@trainyard/shared/common';
import { LARGEST_POWER, type FittedTarget } from '@trainyard/recommender/encode/target';
import type { CalibrationMap } from '@trainyard/recommender/layers/calibration';
import { predictionOf } from '@trainyard/recommender/layers/prediction';
import type { RatingLossSpec } from '@trainyard/shared/spec/rating';
import type { RatingSource } from '../graph/modelSource.js';
import { DATA_TYPES } from './onnxProto.js';
import { sequence } from './layers.js';
import { cast, column, concat, equalTo, sum, where } from './ops.js';
import type { OnnxGraph, Value } from './onnxGraph.js';

/** [pairs] float64: the predicted target in its own units, not calibrated, of outputs of the towers, [pairs, width] each. */
export function predicted(
  graph: OnnxGraph,
  { document, weights }: RatingSource,
  query: Value,
  item: Value,
): Value {
  const { rating, target, widths } = document;
  const withProduct = rating.input === 'concatenationAndProduct';
  const parts = [query, item, ...(withProduct ? [graph.op('Mul', [query, item])] : [])];
  const width = widths.query + widths.candidate + (withProduct ? widths.query : 0);
  const last = {
    type: 'dense',
    units: predictionOf(rating.loss).outputs,
    activation: 'linear',
    initializer: 'glorotUniform',
  } as const;
  const input = { value: concat(graph, parts, 1), width };
  const logits = sequence(graph, 'rating', input, [...rating.layers, last], weights).value;
  return decoded(graph, target, prediction(graph, rating.loss, cast(graph, logits, DATA_TYPES.float64)));
}

/** [pairs] of [pairs, outputs]. In double precision, as the recommender has it: predictions near 1 stay apart. */
function prediction(graph: OnnxGraph, loss: RatingLossSpec, logits: Value): Value {
  const single = (value: Value) => graph.op('Squeeze', [value, graph.longs([1])]);
  switch (loss.type) {
    case 'mse':
      return single(logits);
    case 'binaryCrossEntropy':
      return single(graph.op('Sigmoid', [logits]));
    case 'categoricalCrossEntropy': {
      const shares = graph.op('Softmax', [logits], { attributes: { axis: { i: 1 } } });
      return single(graph.op('MatMul', [shares, graph.doubles(loss.classes, [loss.classes.length, 1])]));
    }
    default:
      return assertNever(loss);
  }
}

function decoded(graph: OnnxGraph, { log1p, mean, std, threshold }: FittedTarget, encoded: Value): Value {
  if (threshold !== null) return encoded;
  const number = graph.op('Add', [graph.op('Mul', [encoded, graph.doubles([std])]), graph.doubles([mean])]);
  if (!log1p) return number;
  const power = graph.op('Min', [graph.op('Abs', [number]), graph.doubles([LARGEST_POWER])]);
  const size = graph.op('Sub', [graph.op('Exp', [power]), graph.doubles([1])]);
  return graph.op('Mul', [graph.op('Sign', [number]), size]);
}

/** [pairs] float64: the mean of what the maps make of predictions, where they are applied. */
export function calibrated(graph: OnnxGraph, { calibration }: RatingSource, predictions: Value): Value {
  if (!calibration) return predictions;
  const { maps } = calibration;
  const [first, ...others] = maps.map((map) => mapped(graph, map, predictions));
  const total = others.reduce((all, one) => graph.op('Add', [all, one]), first!);
  return graph.op('Div', [total, graph.doubles([maps.length])]);
}

/** The nearest to 0 and 1 that log-odds are taken of. */
const SURE = 1e-6;

function mapped(graph: OnnxGraph, map: CalibrationMap, value: Value): Value {
  switch (map.method) {
    case 'isotonic':
      return interpolated(graph, map, value);
    case 'platt': {
      const number = (of: number) => graph.doubles([of]);
      const within = graph.op('Min', [graph.op('Max', [value, number(SURE)]), number(1 - SURE)]);
      const odds = graph.op('Div', [within, graph.op('Sub', [number(1), within])]);
      const line = graph.op('Mul', [graph.op('Log', [odds]), number(map.slope)]);
      return graph.op('Sigmoid', [graph.op('Add', [line, number(map.intercept)])]);
    }
    default:
      return assertNever(map);
  }
}

/** Between the last point that is not above and the next one; level beyond the first and the last. */
function interpolated(
  graph: OnnxGraph,
  { x, y }: Extract<CalibrationMap, { method: 'isotonic' }>,
  value: Value,
): Value {
  const longs = (number: number) => graph.longs([number], []);
  const [xs, ys] = [graph.doubles(x, [x.length]), graph.doubles(y, [y.length])];
  const below = graph.op('LessOrEqual', [graph.doubles(x, [1, x.length]), column(graph, value)]);
  const count = sum(graph, cast(graph, below, DATA_TYPES.int64), 1, false);
  const from = graph.op('Max', [graph.op('Sub', [count, longs(1)]), longs(0)]);
  const to = graph.op('Min', [count, longs(x.length - 1)]);
  const [x0, x1] = [graph.op('Gather', [xs, from]), graph.op('Gather', [xs, to])];
  const [y0, y1] = [graph.op('Gather', [ys, from]), graph.op('Gather', [ys, to])];
  const isLevel = equalTo(graph, graph.op('Sub', [to, from]), 0);
  const run = where(graph, isLevel, graph.doubles([1]), graph.op('Sub', [x1, x0]));
  const rise = graph.op('Mul', [graph.op('Sub', [y1, y0]), graph.op('Sub', [value, x0])]);
  return where(graph, isLevel, y0, graph.op('Add', [y0, graph.op('Div', [rise, run])]));
}
