/** A tower as operators: what a query or an item becomes. */
import { inputWidthOf } from '@trainyard/recommender/encode/encodedFeature';
import type { TowerSource } from '../graph/modelSource.js';
import { encodedFeature } from './encoders.js';
import { sequence, type Wide } from './layers.js';
import type { TowerInputs } from './modelInputs.js';
import { concat, where } from './ops.js';
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
    width: features.reduce((sum, { encoded }) => sum + inputWidthOf(encoded), 0),
  };
  return sequence(graph, name, input, document.layers, weights).value;
}

/** The vectors whose products are scores, [rows, width]: of length 1 for `cosine`, and divided by the temperature. */
export function scaled(graph: OnnxGraph, { document, temperature }: TowerSource, output: Value): Value {
  const number = (value: number) => graph.floats(Float32Array.of(value), []);
  const factor = 1 / temperature;
  let vectors = output;
  if (document.model.similarity === 'cosine') {
    const length = graph.op('ReduceL2', [output], { attributes: { axes: { ints: [1] } } });
    const isLong = graph.op('Greater', [length, number(0)]);
    vectors = graph.op('Div', [output, where(graph, isLong, length, number(1))]);
  }
  return factor === 1 ? vectors : graph.op('Mul', [vectors, number(factor)]);
}
