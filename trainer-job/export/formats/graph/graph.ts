/** A graph of TensorFlow's operations, from which the formats that hold one are written. */

/** What the elements of a tensor are; a `resource` is a table. */
export type ElementType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool' | 'string' | 'resource';

/** TensorFlow's names of them. */
export const DATA_TYPES = {
  float32: 'DT_FLOAT',
  float64: 'DT_DOUBLE',
  int32: 'DT_INT32',
  int64: 'DT_INT64',
  bool: 'DT_BOOL',
  string: 'DT_STRING',
  resource: 'DT_RESOURCE',
} as const satisfies Readonly<Record<ElementType, string>>;
export type DataType = (typeof DATA_TYPES)[ElementType];

/** The values of a tensor, row-major. */
type TensorValues = Float32Array | Float64Array | Int32Array | readonly string[];

export interface TensorData {
  type: ElementType;
  /** Empty for a scalar. */
  shape: readonly number[];
  values: TensorValues;
}

export type Attribute =
  | { kind: 'type'; type: ElementType }
  | { kind: 'types'; types: readonly ElementType[] }
  | { kind: 'ints'; values: readonly number[] }
  /** -1 is a length that is not known. */
  | { kind: 'shape'; shape: readonly number[] }
  | { kind: 'int'; value: number }
  | { kind: 'bool'; value: boolean }
  | { kind: 'text'; value: string }
  | { kind: 'tensor'; tensor: TensorData };

export interface GraphNode {
  name: string;
  op: string;
  /** `name` of another node, `name:1` of its second output, `^name` for one that only has to run before. */
  inputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
}

/** One output of a node. */
export interface Value {
  node: string;
  output: number;
  type: ElementType;
}

/** An input or output of a signature. */
export interface Port {
  value: Value;
  /** -1 is a length that is not known; empty for a scalar. */
  shape: readonly number[];
}

export interface Signature {
  inputs: Readonly<Record<string, Port>>;
  outputs: Readonly<Record<string, Port>>;
}

/** Collects nodes, each of a name of its own. */
export class Graph {
  readonly nodes: GraphNode[] = [];
  /** Nodes that have to run once before any other. */
  readonly initializers: string[] = [];
  private readonly names = new Set<string>();

  /** Adds a node, and returns its outputs of these types. */
  node<const T extends readonly ElementType[]>(
    op: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: T,
    name = op,
  ): { [I in keyof T]: Value } {
    const own = this.nameFor(name);
    this.nodes.push({ name: own, op, inputs: inputs.map(referenceTo), attributes });
    return outputs.map((type, output) => ({ node: own, output, type })) as { [I in keyof T]: Value };
  }

  placeholder(name: string, type: ElementType, shape: readonly number[]): Value {
    const attributes = { dtype: typeOf(type), shape: { kind: 'shape', shape } } as const;
    return this.node('Placeholder', [], attributes, [type], name)[0];
  }

  constant(name: string, tensor: TensorData): Value {
    const attributes = { dtype: typeOf(tensor.type), value: { kind: 'tensor', tensor } } as const;
    return this.node('Const', [], attributes, [tensor.type], name)[0];
  }

  /** The value under a name that tells what it is. */
  identity(name: string, value: Value): Value {
    return this.node('Identity', [value], { T: typeOf(value.type) }, [value.type], name)[0];
  }

  /** The node runs before any other, once. */
  runFirst(name: string, op: string, inputs: readonly Value[], attributes: GraphNode['attributes']): void {
    const own = this.nameFor(name);
    this.nodes.push({ name: own, op, inputs: inputs.map(referenceTo), attributes });
    this.initializers.push(own);
  }

  /** Names of features are data and may hold anything; those of nodes are letters, digits and a few signs. */
  private nameFor(wanted: string): string {
    const base = wanted.replaceAll(/[^A-Za-z0-9_./-]/g, '_').replace(/^[^A-Za-z0-9.]/, 'n');
    let name = base;
    for (let i = 1; this.names.has(name.toLowerCase()); i++) name = `${base}_${i}`;
    this.names.add(name.toLowerCase());
    return name;
  }
}

export function typeOf(type: ElementType): Attribute {
  return { kind: 'type', type };
}

function referenceTo({ node, output }: Value): string {
  return output === 0 ? node : `${node}:${output}`;
}
