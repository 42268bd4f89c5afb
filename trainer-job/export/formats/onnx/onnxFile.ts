/** Writes a graph as a model of ONNX. */
import { open, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { encodeModel, EXTERNAL, type GraphProto, type TensorProto } from './onnxProto.js';
import type { OnnxGraph } from './onnxGraph.js';

/** The versions of the operators and of the file, which onnxruntime 1.16 and later read. */
export const OPSETS = [
  { domain: '', version: 17 },
  { domain: 'ai.onnx.ml', version: 3 },
] as const;
export const IR_VERSION = 8;

/** From here on the numbers lie in a file beside, for a protobuf may have 2 GB. */
const LARGEST_FILE = 2 ** 30;
/** What is smaller than this stays in the file of the graph. */
const SMALL = 1024;

export interface ModelProperties {
  description: string;
  metadata: Readonly<Record<string, string>>;
}

/** Writes `path` below `folder`, and `path`.data where it has 1 GB or more; returns the paths of what it wrote. */
export async function writeModel(
  folder: string,
  path: string,
  graph: OnnxGraph,
  { description, metadata }: ModelProperties,
  largest = LARGEST_FILE,
): Promise<string[]> {
  const bytes = graph.proto.initializer.reduce((sum, { raw_data }) => sum + (raw_data?.length ?? 0), 0);
  const beside = bytes < largest ? undefined : `${path}.data`;
  const proto = beside === undefined ? graph.proto : await withDataBeside(graph.proto, join(folder, beside));
  const message = encodeModel({
    ir_version: IR_VERSION,
    opset_import: OPSETS,
    producer_name: 'trainyard',
    doc_string: description,
    graph: proto,
    metadata_props: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  await writeFile(join(folder, path), message);
  return beside === undefined ? [path] : [path, beside];
}

/** Each tensor begins at a multiple of 4096, so that readers may map it into memory. */
async function withDataBeside(graph: GraphProto, path: string): Promise<GraphProto> {
  const file = await open(path, 'w');
  try {
    let end = 0;
    const initializer: TensorProto[] = [];
    for (const tensor of graph.initializer) {
      const { raw_data, ...rest } = tensor;
      if (!raw_data || raw_data.length < SMALL) {
        initializer.push(tensor);
        continue;
      }
      const offset = Math.ceil(end / 4096) * 4096;
      for (let at = 0; at < raw_data.length; at += LARGEST_FILE) {
        await file.write(raw_data.subarray(at, at + LARGEST_FILE), 0, undefined, offset + at);
      }
      end = offset + raw_data.length;
      const entries = { location: basename(path), offset: String(offset), length: String(raw_data.length) };
      initializer.push({
        ...rest,
        data_location: EXTERNAL,
        external_data: Object.entries(entries).map(([key, value]) => ({ key, value })),
      });
    }
    return { ...graph, initializer };
  } finally {
    await file.close();
  }
}
