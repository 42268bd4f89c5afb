/** The best items of queries as operators: of equal scores the lower index comes first, which is how TopK is defined. */
import { DATA_TYPES } from './onnxProto.js';
import { cast, concat, lookedUp, where } from './ops.js';
import type { OnnxGraph, Value } from './onnxGraph.js';

export interface TopItems {
  /** [rows, k] texts. */
  ids: Value;
  /** [rows, k] of the scores' type. */
  scores: Value;
}

/**
 * Of `scores` [rows, items], the `k` highest (int32, a scalar), without the items that `seen` [1 or rows, n] names. Where a query
 * has no more items, `none`, which is no item's id, stands with the score -∞.
 */
export function topItems(
  graph: OnnxGraph,
  scores: { value: Value; type: 'float32' | 'float64' },
  items: readonly string[],
  { k, seen, none }: { k: Value; seen: Value; none: string },
): TopItems {
  const count = graph.longs([items.length]);
  const most = graph.op('Min', [
    graph.op('Reshape', [cast(graph, k, DATA_TYPES.int64), graph.longs([1])]),
    count,
  ]);
  const [best, index] = graph.several('TopK', [withoutSeen(graph, scores, items, seen), most], 2) as [
    Value,
    Value,
  ];
  const isNone = graph.op('Equal', [best, minusInfinity(graph, scores.type)]);
  const place = where(graph, isNone, graph.longs([items.length], []), index);
  return { ids: graph.op('Gather', [graph.texts([...items, none]), place]), scores: best };
}

/** Unknown ids mark a column beside the items, which is cut off again. */
function withoutSeen(
  graph: OnnxGraph,
  { value, type }: { value: Value; type: 'float32' | 'float64' },
  items: readonly string[],
  seen: Value,
): Value {
  const rows = rowsOf(graph, value);
  const known = lookedUp(graph, seen, items, (i) => i, items.length);
  const width = graph.op('Slice', [graph.op('Shape', [known]), graph.longs([1]), graph.longs([2])]);
  const shape = concat(graph, [rows, width], 0);
  const places = graph.op('Expand', [known, shape]);
  const low = graph.op('Expand', [minusInfinity(graph, type), shape]);
  const beside = graph.op('Expand', [minusInfinity(graph, type), concat(graph, [rows, graph.longs([1])], 0)]);
  const marked = graph.op('ScatterElements', [concat(graph, [value, beside], 1), places, low], {
    attributes: { axis: { i: 1 } },
  });
  return graph.op('Slice', [marked, graph.longs([0]), graph.longs([items.length]), graph.longs([1])]);
}

function rowsOf(graph: OnnxGraph, value: Value): Value {
  return graph.op('Slice', [graph.op('Shape', [value]), graph.longs([0]), graph.longs([1])]);
}

function minusInfinity(graph: OnnxGraph, type: 'float32' | 'float64'): Value {
  return type === 'float32' ? graph.floats(Float32Array.of(-Infinity), []) : graph.doubles([-Infinity]);
}
