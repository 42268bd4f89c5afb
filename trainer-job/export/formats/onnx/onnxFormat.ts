/** `onnx`: the whole query as `model.onnx`, and beside it the towers and, of models that predict a target, the prediction of pairs. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { FormatContext, ModelFormat } from '../format.js';
import type { ModelSource } from '../graph/modelSource.js';
import { predictGraph, recommendGraph, towerGraph, type BuiltGraph } from './graphs.js';
import { writeModel } from './onnxFile.js';
import { signatureDocument, signatureOf, type GraphSignature } from './signature.js';

const FOLDER = 'onnx';
const SIGNATURE = `${FOLDER}/signature.json`;

export const onnxFormat: ModelFormat = {
  name: 'onnx',
  lacks: () => [],
  write: writeOnnx,
};

async function writeOnnx(
  { folder, between, version }: FormatContext,
  openSource: () => Promise<ModelSource>,
): Promise<Record<string, string>> {
  await makeFolder(join(folder, FOLDER));
  const artifacts: Record<string, string> = {};
  const signatures: Record<string, GraphSignature> = {};
  for (const { artifact, path, build, description } of graphsOf(await openSource())) {
    // A graph is built when its turn comes: there is never more than one in memory.
    const built = build();
    const signature = signatureOf(built);
    const [file, data] = await writeModel(folder, path, built.graph, {
      description,
      metadata: { model: version, signature: JSON.stringify(signature) },
    });
    if (file !== undefined) artifacts[artifact] = file;
    if (data !== undefined) artifacts[`${artifact}_data`] = data;
    signatures[path] = signature;
    await between();
  }
  await writeFile(join(folder, SIGNATURE), `${JSON.stringify(signatureDocument(signatures), null, 2)}\n`);
  return { ...artifacts, onnx_signature: SIGNATURE };
}

interface GraphFile {
  artifact: string;
  path: string;
  description: string;
  build(this: void): BuiltGraph;
}

function graphsOf(source: ModelSource): GraphFile[] {
  const { query, candidate, rating } = source;
  return [
    {
      artifact: 'onnx_query',
      path: `${FOLDER}/query.onnx`,
      description: 'The query tower: what is known of a row becomes the vector of a query.',
      build: () => towerGraph(source, query),
    },
    {
      artifact: 'onnx_candidate',
      path: `${FOLDER}/candidate.onnx`,
      description: 'The candidate tower: what is known of an item becomes its vector.',
      build: () => towerGraph(source, candidate),
    },
    ...(rating
      ? [
          {
            artifact: 'onnx_predict',
            path: `${FOLDER}/predict.onnx`,
            description: 'The predicted target of pairs of a query and an item.',
            build: () => predictGraph(source, rating),
          },
        ]
      : []),
    {
      artifact: 'onnx_model',
      path: 'model.onnx',
      description: 'The whole query: what is known of a row becomes the ids and scores of the best items.',
      build: () => recommendGraph(source),
    },
  ];
}
