/** onnxruntime in Node: its build for WebAssembly, which every platform has and which runs nothing when it is installed. */
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import type { Feed } from './feeds.js';
import type { FormatSoftware } from './modelReader.js';
import { openOnnx, type RunOnnx } from './onnx.js';

ort.env.wasm.numThreads = 1;

export const ONNXRUNTIME_IN_NODE: FormatSoftware = {
  name: 'onnxruntime in Node',
  precision: 'double',
  async open({ folder }) {
    const sessions = new Map<string, Promise<ort.InferenceSession>>();
    const run: RunOnnx = async (path, feeds) => {
      const opened = sessions.get(path) ?? readFile(path).then((bytes) => ort.InferenceSession.create(bytes));
      sessions.set(path, opened);
      const session = await opened;
      const tensors = Object.entries(feeds).map(([name, feed]) => [name, tensorOf(feed)] as const);
      const outputs = await session.run(Object.fromEntries(tensors));
      return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, valuesOf(data)]));
    };
    return openOnnx(folder, run);
  },
};

function tensorOf({ type, dims, values }: Feed): ort.Tensor {
  switch (type) {
    case 'string':
      return new ort.Tensor('string', values.map(String), dims);
    case 'float64':
      return new ort.Tensor('float64', Float64Array.from(values, Number), dims);
    case 'int32':
      return new ort.Tensor('int32', Int32Array.from(values, Number), dims);
    default:
      throw new Error(`no model takes ${type}`);
  }
}

function valuesOf(data: ort.Tensor['data']): (string | number)[] {
  if (data instanceof Float32Array) return Array.from(data);
  if (Array.isArray(data)) return data.map(String);
  throw new Error('no model gives such values');
}
