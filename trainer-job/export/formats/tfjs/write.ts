/**
 * Writes a graph as TensorFlow.js loads it with `loadGraphModel`: `model.json` and shards of weights, in the form that its converter
 * writes (https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts, `ModelJSON`).
 */
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertNever } from '@trainyard/shared/common';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { bytesOf } from '../../../data/typedFiles.js';
import {
  DATA_TYPES,
  type Attribute,
  type Graph,
  type GraphNode,
  type Port,
  type Signature,
  type TensorData,
} from '../graph/graph.js';

/** Browsers keep files of up to 4 MB in their cache. */
const SHARD_BYTES = 4 * 1024 * 1024;

export async function writeGraphModel(
  folder: string,
  graph: Graph,
  signature: Signature,
  generatedBy: string,
): Promise<void> {
  await makeFolder(folder);
  const weights = graph.nodes.flatMap(({ name, attributes }) => {
    const value = attributes['value'];
    return value?.kind === 'tensor' ? [{ name, tensor: value.tensor }] : [];
  });
  const paths = await writeShards(
    folder,
    weights.map(({ tensor }) => contentOf(tensor)),
  );
  const model = {
    format: 'graph-model',
    generatedBy,
    convertedBy: null,
    signature: { inputs: portsOf(signature.inputs), outputs: portsOf(signature.outputs) },
    modelTopology: {
      node: graph.nodes.map(nodeOf),
      library: {},
      versions: { producer: 716, minConsumer: 12 },
    },
    weightsManifest: [
      {
        paths,
        weights: weights.map(({ name, tensor: { type, shape } }) => ({ name, shape, dtype: type })),
      },
    ],
  };
  await writeFile(join(folder, 'model.json'), `${JSON.stringify(model)}\n`);
}

/** Writes the weights one after the other, in files of one size but for the last; returns their names. */
async function writeShards(folder: string, weights: readonly Buffer[]): Promise<string[]> {
  const bytes = weights.reduce((sum, { length }) => sum + length, 0);
  const count = Math.max(1, Math.ceil(bytes / SHARD_BYTES));
  const names = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  let at = 0;
  let rest = [...weights];
  for (const name of names) {
    const file = await open(join(folder, name), 'w');
    try {
      for (let room = SHARD_BYTES; room > 0 && rest.length > 0;) {
        const [first = Buffer.alloc(0)] = rest;
        const part = first.subarray(at, at + room);
        await file.writeFile(part);
        room -= part.length;
        at += part.length;
        if (at === first.length) [rest, at] = [rest.slice(1), 0];
      }
    } finally {
      await file.close();
    }
  }
  return names;
}

function contentOf({ type, values }: TensorData): Buffer {
  if (values instanceof Float32Array || values instanceof Int32Array) return bytesOf(values);
  throw new Error(`a browser's graph has no tensor of ${type}`);
}

function nodeOf({ name, op, inputs, attributes }: GraphNode) {
  const attr = Object.fromEntries(
    Object.entries(attributes).flatMap(([key, attribute]) => {
      const value = attributeOf(attribute);
      return value ? [[key, value] as const] : [];
    }),
  );
  return { name, op, input: inputs, attr };
}

/** As JSON of protobufs has it; null for weights, which lie in the shards. */
function attributeOf(attribute: Attribute): Readonly<Record<string, unknown>> | null {
  switch (attribute.kind) {
    case 'type':
      return { type: DATA_TYPES[attribute.type] };
    case 'types':
      return { list: { type: attribute.types.map((type) => DATA_TYPES[type]) } };
    case 'ints':
      return { list: { i: attribute.values.map(String) } };
    case 'shape':
      return { shape: shapeOf(attribute.shape) };
    case 'int':
      return { i: String(attribute.value) };
    case 'bool':
      return { b: attribute.value };
    case 'text':
      return { s: Buffer.from(attribute.value).toString('base64') };
    case 'tensor':
      return null;
    default:
      return assertNever(attribute);
  }
}

function shapeOf(shape: readonly number[]) {
  return { dim: shape.map((size) => ({ size: String(size) })) };
}

function portsOf(ports: Readonly<Record<string, Port>>) {
  return Object.fromEntries(
    Object.entries(ports).map(([name, { value, shape }]) => [
      name,
      {
        name: `${value.node}:${value.output}`,
        dtype: DATA_TYPES[value.type],
        tensorShape: shapeOf(shape),
      },
    ]),
  );
}
