/** A graph as the messages of a SavedModel. */
import { assertNever } from '@trainyard/shared/common';
import { bytesOf } from '../../../data/typedFiles.js';
import {
  DATA_TYPES,
  type Attribute,
  type ElementType,
  type GraphNode,
  type Port,
  type Signature,
  type TensorData,
} from '../graph/graph.js';
import {
  numberOfType,
  type EntryMessage,
  type AttributeMessage,
  type NodeMessage,
  type ShapeMessage,
  type SignatureMessage,
  type TensorInfoMessage,
  type TensorMessage,
} from './messages.js';

const numberOf = (type: ElementType) => numberOfType(DATA_TYPES[type]);

export function nodeMessage({ name, op, inputs, attributes }: GraphNode): NodeMessage {
  return {
    name,
    op,
    input: inputs,
    attr: Object.fromEntries(
      Object.entries(attributes).map(([key, attribute]) => [key, attributeMessage(attribute)]),
    ),
  };
}

function attributeMessage(attribute: Attribute): AttributeMessage {
  switch (attribute.kind) {
    case 'type':
      return { type: numberOf(attribute.type) };
    case 'types':
      return { list: { type: attribute.types.map(numberOf) } };
    case 'ints':
      return { list: { i: attribute.values } };
    case 'shape':
      return { shape: shapeMessage(attribute.shape) };
    case 'int':
      return { i: attribute.value };
    case 'bool':
      return { b: attribute.value };
    case 'text':
      return { s: Buffer.from(attribute.value) };
    case 'tensor':
      return { tensor: tensorMessage(attribute.tensor) };
    default:
      return assertNever(attribute);
  }
}

function shapeMessage(shape: readonly number[]): ShapeMessage {
  return { dim: shape.map((size) => ({ size })) };
}

/** Where the numbers of a tensor lie in a bundle. */
export function entryMessage(
  { type, shape }: Pick<TensorData, 'type' | 'shape'>,
  place: Pick<EntryMessage, 'offset' | 'size' | 'crc32c'>,
): EntryMessage {
  return { dtype: numberOf(type), shape: shapeMessage(shape), ...place };
}

function tensorMessage({ type, shape, values }: TensorData): TensorMessage {
  const common = { dtype: numberOf(type), tensorShape: shapeMessage(shape) };
  if (type === 'string') {
    return {
      ...common,
      stringVal: Array.from<string | number, Buffer>(values, (value) => Buffer.from(String(value))),
    };
  }
  return { ...common, tensorContent: contentOf(type, values) };
}

function contentOf(type: ElementType, values: TensorData['values']): Uint8Array {
  if (!(values instanceof Float32Array || values instanceof Float64Array || values instanceof Int32Array)) {
    throw new Error(`a tensor of ${type} has numbers`);
  }
  if (type !== 'int64') return bytesOf(values);
  const long = BigInt64Array.from(values, BigInt);
  return Buffer.from(long.buffer);
}

export function signatureMessage({ inputs, outputs }: Signature): SignatureMessage {
  const ports = (of: Signature['inputs']) =>
    Object.fromEntries(Object.entries(of).map(([name, port]) => [name, tensorInfo(port)]));
  return {
    inputs: ports(inputs),
    outputs: ports(outputs),
    methodName: 'tensorflow/serving/predict',
  };
}

function tensorInfo({ value, shape }: Port): TensorInfoMessage {
  return {
    name: `${value.node}:${value.output}`,
    dtype: numberOf(value.type),
    tensorShape: shapeMessage(shape),
  };
}
