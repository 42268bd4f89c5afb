/** TensorFlow's operations as functions; those of the same name are described at https://www.tensorflow.org/api_docs/python/tf/raw_ops. */
import {
  typeOf,
  type Attribute,
  type ElementType,
  type Graph,
  type TensorData,
  type Value,
} from './graph.js';

const intOf = (value: number): Attribute => ({ kind: 'int', value });
const boolOf = (value: boolean): Attribute => ({ kind: 'bool', value });

/** A matrix or vector of float32. */
export function floats(
  graph: Graph,
  name: string,
  values: Float32Array,
  shape: readonly number[] = [values.length],
): Value {
  return graph.constant(name, { type: 'float32', shape, values });
}

function integers(graph: Graph, values: readonly number[], name = 'Const'): Value {
  return graph.constant(name, { type: 'int32', shape: [values.length], values: Int32Array.from(values) });
}

/** One number of the type. */
export function scalar(graph: Graph, type: 'float32' | 'float64' | 'int32' | 'int64', value: number): Value {
  return graph.constant('Const', { type, shape: [], values: scalarValues(type, value) });
}

function scalarValues(type: 'float32' | 'float64' | 'int32' | 'int64', value: number): TensorData['values'] {
  if (type === 'float32') return Float32Array.of(value);
  return type === 'int32' ? Int32Array.of(value) : Float64Array.of(value);
}

export function text(graph: Graph, value: string): Value {
  return graph.constant('Const', { type: 'string', shape: [], values: [value] });
}

type Binary =
  'AddV2' | 'Sub' | 'Mul' | 'RealDiv' | 'DivNoNan' | 'FloorDiv' | 'FloorMod' | 'Maximum' | 'Minimum';

/** Of two values of one type, broadcast against each other; a number stands for a scalar of the type. */
export function binary(graph: Graph, op: Binary, a: Value, b: Value | number): Value {
  return graph.node(op, [a, operand(graph, a.type, b)], { T: typeOf(a.type) }, [a.type])[0];
}

export function add(graph: Graph, first: Value, ...others: (Value | number)[]): Value {
  return others.reduce<Value>((sum, other) => binary(graph, 'AddV2', sum, other), first);
}

export function times(graph: Graph, first: Value, ...others: (Value | number)[]): Value {
  return others.reduce<Value>((product, other) => binary(graph, 'Mul', product, other), first);
}

/**
 * x / by, rounded once. By what it sees to be a constant, TensorFlow does not divide: it multiplies by 1 / by, whose rounding is microseconds of a
 * time in the year 44. So the divisor is made of x, and is `by` whatever x is.
 */
export function quotient(graph: Graph, x: Value, by: number): Value {
  const within = binary(graph, 'Minimum', unary(graph, 'Abs', x), by);
  return binary(graph, 'RealDiv', x, binary(graph, 'Maximum', within, by));
}

type Comparison = 'Less' | 'LessEqual' | 'Greater' | 'GreaterEqual' | 'Equal';

export function compare(graph: Graph, op: Comparison, a: Value, b: Value | number): Value {
  return graph.node(op, [a, operand(graph, a.type, b)], { T: typeOf(a.type) }, ['bool'])[0];
}

function operand(graph: Graph, type: ElementType, b: Value | number): Value {
  return typeof b === 'number' ? number(graph, type, b) : b;
}

/** A scalar of a type of numbers. */
export function number(graph: Graph, type: ElementType, b: number): Value {
  if (type === 'float32' || type === 'float64' || type === 'int32' || type === 'int64') {
    return scalar(graph, type, b);
  }
  throw new Error(`no number is a ${type}`);
}

type Unary =
  'Abs' | 'Exp' | 'Expm1' | 'Log' | 'Log1p' | 'Sqrt' | 'Square' | 'Neg' | 'Floor' | 'Sin' | 'Cos' | 'Sign';
type UnaryActivation = 'Relu' | 'Elu' | 'Tanh' | 'Sigmoid' | 'Softmax';

export function unary(graph: Graph, op: Unary | UnaryActivation, x: Value): Value {
  return graph.node(op, [x], { T: typeOf(x.type) }, [x.type])[0];
}

export function isNan(graph: Graph, x: Value): Value {
  return graph.node('IsNan', [x], { T: typeOf(x.type) }, ['bool'])[0];
}

export function isFinite(graph: Graph, x: Value): Value {
  return graph.node('IsFinite', [x], { T: typeOf(x.type) }, ['bool'])[0];
}

export function both(graph: Graph, a: Value, b: Value): Value {
  return graph.node('LogicalAnd', [a, b], {}, ['bool'])[0];
}

export function either(graph: Graph, a: Value, b: Value): Value {
  return graph.node('LogicalOr', [a, b], {}, ['bool'])[0];
}

/** Element by element, `yes` where the condition holds, else `no`. */
export function select(graph: Graph, condition: Value, yes: Value | number, no: Value): Value {
  return graph.node('SelectV2', [condition, operand(graph, no.type, yes), no], { T: typeOf(no.type) }, [
    no.type,
  ])[0];
}

export function cast(graph: Graph, x: Value, to: ElementType): Value {
  if (x.type === to) return x;
  return graph.node('Cast', [x], { SrcT: typeOf(x.type), DstT: typeOf(to), Truncate: boolOf(false) }, [
    to,
  ])[0];
}

/** [rows, inner] times [inner, columns]; `transposed` is of b. */
export function matMul(graph: Graph, a: Value, b: Value, transposed = false): Value {
  const attributes = { T: typeOf(a.type), transpose_a: boolOf(false), transpose_b: boolOf(transposed) };
  return graph.node('MatMul', [a, b], attributes, [a.type])[0];
}

/** Rows of a table, [..., columns], for indices [...]. */
export function gather(graph: Graph, table: Value, indices: Value): Value {
  const attributes = {
    Tparams: typeOf(table.type),
    Tindices: typeOf(indices.type),
    Taxis: typeOf('int32'),
    batch_dims: intOf(0),
  };
  return graph.node('GatherV2', [table, indices, scalar(graph, 'int32', 0)], attributes, [table.type])[0];
}

/** Side by side along an axis. */
export function concat(graph: Graph, values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (!first) throw new Error('nothing is put side by side');
  if (values.length === 1) return first;
  const attributes = { N: intOf(values.length), T: typeOf(first.type), Tidx: typeOf('int32') };
  return graph.node('ConcatV2', [...values, scalar(graph, 'int32', axis)], attributes, [first.type])[0];
}

/** Tensors of one shape as one with an axis more. */
export function stack(graph: Graph, values: readonly Value[], axis: number): Value {
  const type = values[0]?.type ?? 'float32';
  const attributes = { N: intOf(values.length), T: typeOf(type), axis: intOf(axis) };
  return graph.node('Pack', values, attributes, [type])[0];
}

export function reshape(graph: Graph, x: Value, shape: Value | readonly number[]): Value {
  const to = isValue(shape) ? shape : integers(graph, shape);
  return graph.node('Reshape', [x, to], { T: typeOf(x.type), Tshape: typeOf('int32') }, [x.type])[0];
}

function isValue(shape: Value | readonly number[]): shape is Value {
  return 'node' in shape;
}

function shapeOf(graph: Graph, x: Value): Value {
  return graph.node('Shape', [x], { T: typeOf(x.type), out_type: typeOf('int32') }, ['int32'])[0];
}

/** The number of rows, a scalar. */
export function lengthOf(graph: Graph, x: Value): Value {
  return gather(graph, shapeOf(graph, x), scalar(graph, 'int32', 0));
}

/** Repeated along axes of length 1, to these lengths. */
export function broadcast(graph: Graph, x: Value, lengths: readonly Value[]): Value {
  const attributes = { T: typeOf(x.type), Tidx: typeOf('int32') };
  return graph.node('BroadcastTo', [x, stack(graph, lengths, 0)], attributes, [x.type])[0];
}

/** Columns `from` to `to` of [rows, columns]. */
export function columns(graph: Graph, x: Value, from: number, to: number): Value {
  const attributes = { T: typeOf(x.type), Index: typeOf('int32') };
  const bounds = [integers(graph, [0, from]), integers(graph, [-1, to - from])];
  return graph.node('Slice', [x, ...bounds], attributes, [x.type])[0];
}

/** [...] with an axis of length 1 more. */
export function expand(graph: Graph, x: Value, axis: number): Value {
  const attributes = { T: typeOf(x.type), Tdim: typeOf('int32') };
  return graph.node('ExpandDims', [x, scalar(graph, 'int32', axis)], attributes, [x.type])[0];
}

export function reduce(graph: Graph, op: 'Sum' | 'Max', x: Value, axis: number, keepDims = false): Value {
  const attributes = { T: typeOf(x.type), Tidx: typeOf('int32'), keep_dims: boolOf(keepDims) };
  return graph.node(op, [x, integers(graph, [axis])], attributes, [x.type])[0];
}

/** For [1, points] ascending and values [1, n]: how many points are not above each. */
export function upperBound(graph: Graph, points: Value, values: Value): Value {
  const attributes = { T: typeOf(values.type), out_type: typeOf('int32') };
  return graph.node('UpperBound', [points, values], attributes, ['int32'])[0];
}

/** The first match of a pattern of RE2 gets another text, in which `\1` is the first group. */
export function replaceText(graph: Graph, x: Value, pattern: string, rewrite: string): Value {
  const attributes = {
    pattern: { kind: 'text', value: pattern },
    rewrite: { kind: 'text', value: rewrite },
    replace_global: boolOf(false),
  } as const;
  return graph.node('StaticRegexReplace', [x], attributes, ['string'])[0];
}

export function matchesText(graph: Graph, x: Value, pattern: string): Value {
  return graph.node('StaticRegexFullMatch', [x], { pattern: { kind: 'text', value: pattern } }, ['bool'])[0];
}

export function textToNumber(graph: Graph, x: Value): Value {
  return graph.node('StringToNumber', [x], { out_type: typeOf('float64') }, ['float64'])[0];
}

/** Texts of numbers, as C's printf writes them. */
export function asText(
  graph: Graph,
  x: Value,
  { scientific = false, precision = -1 }: { scientific?: boolean; precision?: number } = {},
): Value {
  const attributes = {
    T: typeOf(x.type),
    precision: intOf(precision),
    scientific: boolOf(scientific),
    shortest: boolOf(false),
    width: intOf(-1),
    fill: { kind: 'text', value: '' },
  } as const;
  return graph.node('AsString', [x], attributes, ['string'])[0];
}

/** Texts one behind the other. */
export function joined(graph: Graph, parts: readonly Value[]): Value {
  const attributes = { N: intOf(parts.length), separator: { kind: 'text', value: '' } } as const;
  return graph.node('StringJoin', parts, attributes, ['string'])[0];
}

/** int32: how many bytes texts have. */
export function lengthOfText(graph: Graph, x: Value): Value {
  return graph.node('StringLength', [x], {}, ['int32'])[0];
}
