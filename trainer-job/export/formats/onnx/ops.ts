/** Operators that several parts of a graph are made of. */
import type { OnnxGraph, Value } from './onnxGraph.js';
import { DATA_TYPES } from './onnxProto.js';

export type Build = (graph: OnnxGraph, value: Value) => Value;

/** [n] as [n, 1]. */
export const column: Build = (graph, value) => graph.op('Unsqueeze', [value, graph.longs([1])]);

export function sum(graph: OnnxGraph, value: Value, axis: number, keep: boolean): Value {
  return graph.op('ReduceSum', [value, graph.longs([axis])], {
    attributes: { keepdims: { i: keep ? 1 : 0 } },
  });
}

export function where(graph: OnnxGraph, condition: Value, then: Value, otherwise: Value): Value {
  return graph.op('Where', [condition, then, otherwise]);
}

export function equalTo(graph: OnnxGraph, value: Value, number: number): Value {
  return graph.op('Equal', [value, graph.longs([number], [])]);
}

export function cast(graph: OnnxGraph, value: Value, to: number): Value {
  return graph.op('Cast', [value], { attributes: { to: { i: to } } });
}

/** In double precision. */
export const double: Build = (graph, value) => cast(graph, value, DATA_TYPES.float64);

/** Rounded to single precision. */
export const single: Build = (graph, value) => cast(graph, value, DATA_TYPES.float32);

export function concat(graph: OnnxGraph, values: readonly Value[], axis: number): Value {
  return graph.op('Concat', values, { attributes: { axis: { i: axis } } });
}

/** int64: the number of each text among `texts`, `otherwise` for all others. */
export function lookedUp(
  graph: OnnxGraph,
  value: Value,
  texts: readonly string[],
  numberOf: (i: number) => number,
  otherwise: number,
): Value {
  return graph.op('LabelEncoder', [value], {
    domain: 'ai.onnx.ml',
    attributes: {
      keys_strings: { texts },
      values_int64s: { ints: texts.map((_, i) => numberOf(i)) },
      default_int64: { i: otherwise },
    },
  });
}
