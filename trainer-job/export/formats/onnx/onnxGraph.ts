/** A graph of ONNX as it is being put together. Values are known by their names. */
import {
  ATTRIBUTE_TYPES,
  DATA_TYPES,
  valueInfo,
  type AttributeProto,
  type Dimension,
  type ElementType,
  type GraphProto,
  type TensorProto,
} from './onnxProto.js';

/** The name of a value of the graph. */
export type Value = string;

/** What an attribute of a node may be; whole numbers are told from others by their kind. */
type Attribute =
  | { i: number }
  | { f: number }
  | { ints: readonly number[] }
  | { texts: readonly string[] }
  | { graph: OnnxGraph };

export interface NodeOptions {
  attributes?: Readonly<Record<string, Attribute>>;
  /** Of operators that are not ONNX's own. */
  domain?: 'ai.onnx.ml';
}

const utf8 = new TextEncoder();

/** Names are unique over a graph and the graphs within it, which see its values. */
export class OnnxGraph {
  readonly proto: GraphProto;

  constructor(
    name: string,
    private readonly taken = new Set<string>(),
  ) {
    this.proto = { name, node: [], initializer: [], input: [], output: [] };
  }

  /** A graph that an operator of this one runs. */
  within(name: string): OnnxGraph {
    return new OnnxGraph(name, this.taken);
  }

  /** Inputs have the names that are asked for: they are declared before all else. */
  input(name: string, type: ElementType, dims: readonly Dimension[], description?: string): Value {
    if (this.taken.has(name)) throw new Error(`two values of a graph are called "${name}"`);
    this.taken.add(name);
    this.proto.input.push(valueInfo(name, type, dims, description));
    return name;
  }

  /** A value that has no name of its own, such as the row that a body is run with. */
  anonymousInput(type: ElementType, dims: readonly Dimension[]): Value {
    const name = this.newName('row');
    this.proto.input.push(valueInfo(name, type, dims));
    return name;
  }

  output(
    value: Value,
    name: string | undefined,
    type: ElementType,
    dims: readonly Dimension[],
    description?: string,
  ): void {
    const called = name ?? this.newName('result');
    this.proto.node.push({
      input: [value],
      output: [called],
      name: this.newName(`Identity`),
      op_type: 'Identity',
      domain: '',
      attribute: [],
    });
    this.taken.add(called);
    this.proto.output.push(valueInfo(called, type, dims, description));
  }

  /** What an operator with one output makes of its inputs. */
  op(type: string, inputs: readonly Value[], options: NodeOptions = {}): Value {
    return this.several(type, inputs, 1, options)[0]!;
  }

  several(type: string, inputs: readonly Value[], outputs: number, options: NodeOptions = {}): Value[] {
    const output = Array.from({ length: outputs }, () => this.newName(type));
    this.proto.node.push({
      input: inputs,
      output,
      name: output[0]!,
      op_type: type,
      domain: options.domain ?? '',
      attribute: Object.entries(options.attributes ?? {}).map(([name, value]) => attributeOf(name, value)),
    });
    return output;
  }

  floats(values: Float32Array, dims: readonly number[], name = 'weights'): Value {
    return this.constant('float32', dims, { raw_data: bytesOf(values) }, name);
  }

  doubles(values: readonly number[], dims: readonly number[] = []): Value {
    return this.constant('float64', dims, { raw_data: bytesOf(Float64Array.from(values)) }, 'doubles');
  }

  longs(values: readonly number[], dims: readonly number[] = [values.length]): Value {
    return this.constant('int64', dims, { raw_data: bytesOf(BigInt64Array.from(values, BigInt)) }, 'longs');
  }

  texts(values: readonly string[], dims: readonly number[] = [values.length]): Value {
    return this.constant('string', dims, { string_data: values.map((text) => utf8.encode(text)) }, 'texts');
  }

  private constant(
    type: ElementType,
    dims: readonly number[],
    values: Pick<TensorProto, 'raw_data' | 'string_data'>,
    prefix: string,
  ): Value {
    const name = this.newName(prefix);
    this.proto.initializer.push({ dims, data_type: DATA_TYPES[type], name, ...values });
    return name;
  }

  private newName(prefix: string): string {
    let count = this.taken.size;
    let name = `${prefix}_${count}`;
    while (this.taken.has(name)) name = `${prefix}_${++count}`;
    this.taken.add(name);
    return name;
  }
}

function attributeOf(name: string, value: Attribute): AttributeProto {
  if ('i' in value) return { name, type: ATTRIBUTE_TYPES.i, i: value.i };
  if ('f' in value) return { name, type: ATTRIBUTE_TYPES.f, f: value.f };
  if ('ints' in value) return { name, type: ATTRIBUTE_TYPES.ints, ints: value.ints };
  if ('graph' in value) return { name, type: ATTRIBUTE_TYPES.g, g: value.graph.proto };
  return { name, type: ATTRIBUTE_TYPES.strings, strings: value.texts.map((text) => utf8.encode(text)) };
}

/** Little-endian, as the machine has them: no machine that runs the trainer has them otherwise. */
function bytesOf(values: Float32Array | Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
