/** `onnx`: the whole query as `model.onnx`, and beside it the towers and, of models that predict a target, the prediction of pairs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ITEM_OUTPUTS_FILE, ITEM_VECTORS_FILE } from '@trainyard/recommender/format/files';
import type { LayerWeights } from '@trainyard/recommender/layers/layer';
import { readArray } from '../../../data/typedFiles.js';
import type { Parameter } from '../../../model/parameter.js';
import type { FormatContext, ModelFormat } from '../format.js';
import { predictGraph, recommendGraph, towerGraph, type BuiltGraph, type ModelSource } from './graphs.js';
import { writeModel } from './onnxFile.js';
import { signatureDocument, signatureOf, type GraphSignature } from './signature.js';
import type { TowerSource } from './tower.js';

const FOLDER = 'onnx';
const SIGNATURE = `${FOLDER}/signature.json`;

export const onnxFormat: ModelFormat = {
  name: 'onnx',
  lacks: () => [],
  write: writeOnnx,
};

async function writeOnnx(context: FormatContext): Promise<Record<string, string>> {
  const { folder, between, version } = context;
  await mkdir(join(folder, FOLDER), { recursive: true });
  const artifacts: Record<string, string> = {};
  const signatures: Record<string, GraphSignature> = {};
  for (const { artifact, path, build, description } of await graphsOf(context)) {
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

async function graphsOf(context: FormatContext): Promise<GraphFile[]> {
  const source = await sourceOf(context);
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

async function sourceOf(context: FormatContext): Promise<ModelSource> {
  const { model, spec, items, folder, calibration } = context;
  const { type } = spec.model;
  const { rating } = model;
  const floats = (name: string, count: number) => readArray(Float32Array, join(folder, name), count);
  return {
    type,
    query: towerSource(context, 'query'),
    candidate: towerSource(context, 'candidate'),
    items,
    ...(type !== 'ranking' && { vectors: await floats(ITEM_VECTORS_FILE, items.length * model.width) }),
    ...(rating && {
      rating: {
        rating: rating.head.spec,
        target: rating.target,
        widths: rating.head.widths,
        weights: weightsOf([...rating.head.parameters, ...rating.head.state]),
        calibration,
        outputs: await floats(ITEM_OUTPUTS_FILE, (items.length + 1) * model.candidate.width),
      },
    }),
  };
}

function towerSource({ model, spec, transform }: FormatContext, name: 'query' | 'candidate'): TowerSource {
  const tower = model[name];
  return {
    name,
    features: transform.document[name].features.map(({ encoded, fitted }, f) => ({
      encoded,
      fitted,
      vocabulary: transform.vocabulary(name, f),
    })),
    layers: spec.model[name].layers,
    width: tower.width,
    similarity: spec.model.similarity,
    temperature: tower.scaling.temperature,
    weights: weightsOf([...tower.parameters, ...tower.state]),
  };
}

function weightsOf(parameters: readonly Parameter[]): LayerWeights {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  return (name, rows, columns) => {
    const found = byName.get(name);
    if (found?.rows !== rows || found.columns !== columns) {
      throw new Error(`the model has no ${name} of ${rows} × ${columns} numbers`);
    }
    return found.values;
  };
}
