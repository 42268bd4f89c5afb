/** The rating head as operations: outputs of both towers become predictions of the target. */
import { assertNever } from '@trainyard/shared/common';
import { LARGEST_POWER, type FittedTarget } from '@trainyard/recommender/encode/target';
import type { Calibration, CalibrationMap } from '@trainyard/recommender/layers/calibration';
import { predictionOf } from '@trainyard/recommender/layers/prediction';
import type { Graph, Value } from './graph.js';
import { layersOf, type Precision } from './layers.js';
import type { RatingSource } from './modelSource.js';
import {
  add,
  binary,
  broadcast,
  cast,
  compare,
  concat,
  expand,
  gather,
  lengthOf,
  matMul,
  reshape,
  scalar,
  select,
  stack,
  times,
  unary,
  upperBound,
} from './ops.js';

/** [pairs] the prediction, float64 and not calibrated, of query outputs [pairs, width] with those of items [pairs, width]. */
export function ratingOf(
  graph: Graph,
  { document, weights }: RatingSource,
  query: Value,
  item: Value,
  precision: Precision,
): Value {
  const { rating, target, widths } = document;
  const withProduct = rating.input === 'concatenationAndProduct';
  const parts = withProduct ? [query, item, times(graph, query, item)] : [query, item];
  const width = widths.query + widths.candidate + (withProduct ? widths.query : 0);
  const last = {
    type: 'dense',
    units: predictionOf(rating.loss).outputs,
    activation: 'linear',
    initializer: 'glorotUniform',
  } as const;
  const logits = layersOf({ graph, weights, precision }, 'rating', [...rating.layers, last], {
    value: concat(graph, parts, 1),
    width,
  });
  return decoded(graph, target, predicted(graph, document.rating.loss, logits.value));
}

/** [pairs] float64, of logits [pairs, outputs]. */
function predicted(graph: Graph, loss: RatingSource['document']['rating']['loss'], logits: Value): Value {
  switch (loss.type) {
    case 'mse':
      return cast(graph, reshape(graph, logits, [-1]), 'float64');
    case 'binaryCrossEntropy':
      return unary(graph, 'Sigmoid', cast(graph, reshape(graph, logits, [-1]), 'float64'));
    case 'categoricalCrossEntropy': {
      const shares = unary(graph, 'Softmax', cast(graph, logits, 'float64'));
      const classes = graph.constant('classes', {
        type: 'float64',
        shape: [loss.classes.length, 1],
        values: Float64Array.from(loss.classes),
      });
      return reshape(graph, matMul(graph, shares, classes), [-1]);
    }
    default:
      return assertNever(loss);
  }
}

function decoded(graph: Graph, { log1p, mean, std, threshold }: FittedTarget, encoded: Value): Value {
  if (threshold !== null) return encoded;
  const number = add(graph, times(graph, encoded, std), mean);
  if (!log1p) return number;
  const power = binary(graph, 'Minimum', unary(graph, 'Abs', number), LARGEST_POWER);
  return times(graph, unary(graph, 'Sign', number), unary(graph, 'Expm1', power));
}

/** What predictions [pairs], float64, are after calibration: themselves, where the run applied none. */
export function calibrated(graph: Graph, { calibration }: RatingSource, prediction: Value): Value {
  return calibration ? meanOf(graph, calibration, prediction) : prediction;
}

function meanOf(graph: Graph, { maps }: Calibration, prediction: Value): Value {
  const [first, ...others] = maps.map((map) => mapped(graph, map, prediction));
  if (!first) throw new Error('a calibration has a map');
  return binary(graph, 'RealDiv', add(graph, first, ...others), maps.length);
}

/** The nearest to 0 and 1 that log-odds are taken of, as the recommender has it. */
const SURE = 1e-6;

function mapped(graph: Graph, map: CalibrationMap, prediction: Value): Value {
  switch (map.method) {
    case 'isotonic':
      return interpolated(graph, map.x, map.y, prediction);
    case 'platt': {
      const within = binary(graph, 'Minimum', binary(graph, 'Maximum', prediction, SURE), 1 - SURE);
      const rest = add(graph, unary(graph, 'Neg', within), 1);
      const logOdds = unary(graph, 'Log', binary(graph, 'RealDiv', within, rest));
      return unary(graph, 'Sigmoid', add(graph, times(graph, logOdds, map.slope), map.intercept));
    }
    default:
      return assertNever(map);
  }
}

/** Straight between the points, level beyond them. */
function interpolated(graph: Graph, x: readonly number[], y: readonly number[], at: Value): Value {
  const curve = (values: readonly number[]) =>
    graph.constant('curve', { type: 'float64', shape: [values.length], values: Float64Array.from(values) });
  const [xs, ys] = [curve(x), curve(y)];
  const notAbove = reshape(graph, upperBound(graph, expand(graph, xs, 0), expand(graph, at, 0)), [-1]);
  const right = binary(graph, 'Minimum', notAbove, x.length - 1);
  const left = binary(graph, 'Maximum', add(graph, notAbove, -1), 0);
  const [x0, y0] = [gather(graph, xs, left), gather(graph, ys, left)];
  const [x1, y1] = [gather(graph, xs, right), gather(graph, ys, right)];
  const rise = times(graph, binary(graph, 'Sub', y1, y0), binary(graph, 'Sub', at, x0));
  const between = add(graph, y0, binary(graph, 'DivNoNan', rise, binary(graph, 'Sub', x1, x0)));
  return select(graph, compare(graph, 'Equal', left, right), y0, between);
}

/** [queries, rows] the predictions, float64, of query outputs [queries, width] with each of the items' outputs [rows, width]. */
export function ratingOfAll(
  graph: Graph,
  source: RatingSource,
  query: Value,
  items: Value,
  precision: Precision,
): Value {
  const rows = lengthOf(graph, items);
  return ratingOfEach(graph, source, query, expand(graph, items, 0), rows, precision);
}

/** As `ratingOfAll`, of items of its own for each query [queries, rows, width], or of the same for all [1, rows, width]. */
export function ratingOfEach(
  graph: Graph,
  source: RatingSource,
  query: Value,
  items: Value,
  rows: Value,
  precision: Precision,
): Value {
  const { widths } = source.document;
  const queries = lengthOf(graph, query);
  const pairOf = (value: Value, width: number) => {
    const every = broadcast(graph, value, [queries, rows, scalar(graph, 'int32', width)]);
    return reshape(graph, every, [-1, width]);
  };
  const pairs = ratingOf(
    graph,
    source,
    pairOf(expand(graph, query, 1), widths.query),
    pairOf(items, widths.candidate),
    precision,
  );
  return reshape(graph, pairs, stack(graph, [queries, rows], 0));
}
