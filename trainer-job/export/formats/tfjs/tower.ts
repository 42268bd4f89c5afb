/** A tower as a graph that takes what the recommender encodes: browsers keep no vocabularies in tensors. */
import { columnsOf, totalColumns } from '@trainyard/recommender/encode/encodedFeature';
import { Graph, type Signature } from '../graph/graph.js';
import type { ModelSource } from '../graph/modelSource.js';
import { columns, reshape } from '../graph/ops.js';
import { towerOutput, towerVector } from '../graph/tower.js';

/**
 * Inputs `indices` [rows, columns] of int32 and, where features are numbers, `numbers` [rows, columns] of float32, side by side as
 * the recommender's encoder gives them; output `embedding` [rows, width].
 */
export function encodedTower(source: ModelSource, name: 'query' | 'candidate') {
  const graph = new Graph();
  const tower = source[name];
  const { features } = tower.document;
  const total = totalColumns(features);
  const indices = graph.placeholder('indices', 'int32', [-1, total.indices]);
  const numbers = total.numbers > 0 ? graph.placeholder('numbers', 'float32', [-1, total.numbers]) : null;
  let [i, n] = [0, 0];
  const encoded = features.map((feature) => {
    const own = columnsOf(feature);
    const [fromIndex, fromNumber] = [i, n];
    i += own.indices;
    n += own.numbers;
    if (feature.kind === 'embedding') {
      const rows = columns(graph, indices, fromIndex, i);
      return feature.indices === 1 ? reshape(graph, rows, [-1]) : rows;
    }
    if (!numbers) throw new Error('a feature of numbers has columns');
    return columns(graph, numbers, fromNumber, n);
  });
  const output = towerOutput(graph, tower, encoded, 'float32');
  const vector = source.vectors ? towerVector(graph, tower, output.value, 'float32') : output.value;
  const signature: Signature = {
    inputs: {
      indices: { value: indices, shape: [-1, total.indices] },
      ...(numbers && { numbers: { value: numbers, shape: [-1, total.numbers] } }),
    },
    outputs: { embedding: { value: graph.identity('embedding', vector), shape: [-1, output.width] } },
  };
  return { graph, signature };
}
