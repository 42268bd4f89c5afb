/** A tower as operations: what its features are encoded as, [rows, …], becomes outputs and vectors, [rows, width]. */
import type { Pooling } from '@trainyard/shared/spec/shape/multi';
import type { Graph, Value } from './graph.js';
import { layersOf, type Precision, type Wide } from './layers.js';
import type { TowerSource } from './modelSource.js';
import { binary, cast, compare, concat, expand, floats, gather, reduce, times, unary } from './ops.js';

/**
 * What each feature is encoded as, in their order: the row of its embedding [rows] or, of texts, its rows [rows, places], in which -1
 * is none; or numbers [rows, width].
 */
export type Encoded = readonly Value[];

/** What a rating head takes. */
export function towerOutput(
  graph: Graph,
  { name, document, weights }: TowerSource,
  encoded: Encoded,
  precision: Precision,
): Wide {
  let width = 0;
  const parts = document.features.map((feature, f) => {
    const value = encoded[f];
    if (!value) throw new Error(`nothing stands for ${feature.name}`);
    if (feature.kind === 'numbers') {
      width += feature.width;
      return value;
    }
    width += feature.dim;
    const table = `${name}/embedding/${feature.name}`;
    const rows = floats(graph, table, weights(table, feature.rows, feature.dim), [feature.rows, feature.dim]);
    return feature.indices === 1
      ? gather(graph, rows, value)
      : pooled(graph, feature.pooling ?? 'mean', rows, value, precision);
  });
  const input = { value: concat(graph, parts, 1), width };
  return layersOf({ graph, weights, precision }, name, document.layers, input);
}

/** The rows that there are, as one vector; 0 of none. */
function pooled(graph: Graph, pooling: Pooling, table: Value, indices: Value, precision: Precision): Value {
  const given = cast(graph, compare(graph, 'GreaterEqual', indices, 0), precision);
  const each = cast(graph, gather(graph, table, binary(graph, 'Maximum', indices, 0)), precision);
  const sum = reduce(graph, 'Sum', times(graph, each, expand(graph, given, 2)), 1);
  if (pooling === 'sum') return cast(graph, sum, 'float32');
  const count = binary(graph, 'Maximum', reduce(graph, 'Sum', given, 1, true), 1);
  const by = pooling === 'mean' ? count : unary(graph, 'Sqrt', count);
  return cast(graph, binary(graph, 'RealDiv', sum, by), 'float32');
}

/** The vectors whose products are scores, of outputs. */
export function towerVector(
  graph: Graph,
  { document, temperature: own }: TowerSource,
  output: Value,
  precision: Precision,
): Value {
  const { similarity } = document.model;
  const unit = similarity === 'cosine' ? unitLength(graph, cast(graph, output, precision)) : output;
  if (own === 1) return cast(graph, unit, 'float32');
  return cast(graph, times(graph, cast(graph, unit, precision), 1 / own), 'float32');
}

/** Of length 1; of length 0 where it was. Divided by its largest number first, since squares of small ones are 0. */
function unitLength(graph: Graph, output: Value): Value {
  const largest = reduce(graph, 'Max', unary(graph, 'Abs', output), 1, true);
  const level = binary(graph, 'DivNoNan', output, largest);
  const length = unary(graph, 'Sqrt', reduce(graph, 'Sum', times(graph, level, level), 1, true));
  return binary(graph, 'DivNoNan', level, length);
}
