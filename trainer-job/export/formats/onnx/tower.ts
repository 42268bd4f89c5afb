/** A tower as operators: what a query or an item becomes. */
import { inputWidthOf } from '@trainyard/recommender/encode/encodedFeature';
import type { TowerSource } from '../graph/modelSource.js';
import { encodedFeature } from './encoders.js';
import { sequence, type Wide } from './layers.js';
import type { TowerInputs } from './modelInputs.js';
import { concat, double, single, sum, where } from './ops.js';
import type { OnnxGraph, Value } from './onnxGraph.js';

/** The tower's output, [rows, width], of its inputs, which the graph has already. */
export function towerOutput(
  graph: OnnxGraph,
  { name, document, weights }: TowerSource,
  { features, taken }: TowerInputs,
): Value {
  const parts = features.map((feature, f) => encodedFeature(graph, name, feature, taken[f]!, weights));
  const input: Wide = {
    value: parts.length === 1 ? parts[0]! : concat(graph, parts, 1),
    width: features.reduce((width, { encoded }) => width + inputWidthOf(encoded), 0),
  };
  return sequence(graph, name, input, document.layers, weights).value;
}

/** The vectors whose products are scores, [rows, width]: of length 1 for `cosine`, and divided by the temperature. */
export function scaled(graph: OnnxGraph, { document, temperature }: TowerSource, output: Value): Value {
  const factor = 1 / temperature;
  if (document.model.similarity === 'dot') {
    return factor === 1
      ? output
      : single(graph, graph.op('Mul', [double(graph, output), graph.doubles([factor])]));
  }
  const exact = double(graph, output);
  // In double precision, no square of a number of single precision is 0 or ∞.
  const length = graph.op('Sqrt', [sum(graph, graph.op('Mul', [exact, exact]), 1, true)]);
  const isLong = graph.op('Greater', [length, graph.doubles([0])]);
  const unit = graph.op('Div', [exact, where(graph, isLong, length, graph.doubles([1]))]);
  return single(graph, graph.op('Mul', [unit, graph.doubles([factor])]));
}
