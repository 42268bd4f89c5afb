/** The best items of queries as operators: of equal scores the lower index comes first, which is how TopK is defined. */
import { DATA_TYPES } from './onnxProto.js';
import { LARGEST_LEVELLED, LEVEL } from '../graph/level.js';
import { cast, concat, lookedUp, where } from './ops.js';
import type { OnnxGraph, Value } from './onnxGraph.js';

export interface TopItems {
  /** [rows, k] texts. */
  ids: Value;
  /** [rows, k] in double precision. */
  scores: Value;
}

/** [rows, items] of queries with all items. */
export interface AllScores {
  value: Value;
  type: 'float32' | 'float64';
  /** Of scores of single precision: those of items at places [rows, n], in double precision. */
  exactly?(this: void, places: Value): Value;
}

/** So many more than are wanted are scored once more, in double precision: single takes scores that close for one another. */
const MORE = 16;

/**
 * Of all `scores`, the `k` highest (int32, a scalar), without the items that `seen` [1 or rows, n] names. Where a query has no more
 * items, `none`, which is no item's id, stands with the score -∞.
 */
export function topItems(
  graph: OnnxGraph,
  scores: AllScores,
  items: readonly string[],
  { k, seen, none }: { k: Value; seen: Value; none: string },
): TopItems {
  const count = graph.longs([items.length]);
  const wanted = graph.op('Reshape', [cast(graph, k, DATA_TYPES.int64), graph.longs([1])]);
  const most = graph.op('Min', [wanted, count]);
  const { value, type, exactly } = scores;
  const ranked = type === 'float64' ? levelled(graph, value) : value;
  const left = withoutSeen(graph, { value: ranked, type }, items, seen);
  const { values, places } = exactly
    ? rescored(graph, left, (of) => levelled(graph, exactly(of)), { wanted, most, count })
    : best(graph, left, most);
  const isNone = graph.op('Equal', [values, graph.doubles([-Infinity])]);
  const place = where(graph, isNone, graph.longs([items.length], []), places);
  return { ids: graph.op('Gather', [graph.texts([...items, none]), place]), scores: values };
}

/**
 * Rounded to 33 bits (Veltkamp's splitting): kernels compute the last items of a row otherwise than the others, and equal items would differ in the
 * last of the 53 bits that a double has, in no order that means anything.
 */
function levelled(graph: OnnxGraph, scores: Value): Value {
  const isSmall = graph.op('Less', [graph.op('Abs', [scores]), graph.doubles([LARGEST_LEVELLED])]);
  const within = where(graph, isSmall, scores, graph.doubles([0]));
  const raised = graph.op('Mul', [within, graph.doubles([LEVEL])]);
  const rounded = graph.op('Sub', [raised, graph.op('Sub', [raised, within])]);
  return where(graph, isSmall, rounded, scores);
}

interface Best {
  values: Value;
  places: Value;
}

function best(graph: OnnxGraph, scores: Value, count: Value): Best {
  const [values, places] = graph.several('TopK', [scores, count], 2) as [Value, Value];
  return { values, places };
}

/** The best of those that are best in single precision, of equal ones the first. */
function rescored(
  graph: OnnxGraph,
  rough: Value,
  exactly: (places: Value) => Value,
  { wanted, most, count }: { wanted: Value; most: Value; count: Value },
): Best {
  const some = graph.op('Min', [graph.op('Add', [wanted, graph.longs([MORE])]), count]);
  const { places } = best(graph, rough, some);
  // In the order of the catalogue: of equal scores TopK takes the first.
  const [inOrder] = graph.several('TopK', [places, some], 2, { attributes: { largest: { i: 0 } } }) as [
    Value,
    Value,
  ];
  const along = { attributes: { axis: { i: 1 } } };
  const roughly = graph.op('GatherElements', [rough, inOrder], along);
  const isLeftOut = graph.op('Equal', [roughly, minusInfinity(graph, 'float32')]);
  const scores = where(graph, isLeftOut, graph.doubles([-Infinity]), exactly(inOrder));
  const found = best(graph, scores, most);
  return { values: found.values, places: graph.op('GatherElements', [inOrder, found.places], along) };
}

/** Unknown ids mark a column beside the items, which is cut off again. */
function withoutSeen(
  graph: OnnxGraph,
  { value, type }: AllScores,
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
