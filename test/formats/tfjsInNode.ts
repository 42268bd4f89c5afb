/**
 * Graph models of TensorFlow.js with the backends that every machine has: what the recommender encodes becomes vectors, as in a browser.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { openRatingHead } from '@trainyard/recommender/model/ratingHead';
import { openTransform } from '@trainyard/recommender/model/transform';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { openModelDirectory, readDirectory } from '@trainyard/recommender/node';
import { z } from 'zod';
import { encodedTensors } from '../support/formats/encodedTensors.js';
import { inLists, type FormatSoftware, type ModelReader } from './modelReader.js';
import { readerOfTowers } from './towers.js';

export const BACKENDS = ['cpu', 'wasm'] as const;
/** The native one is there where `npm run setup:tensorflow` has been run. */
type Backend = (typeof BACKENDS)[number] | 'tensorflow';
type TowerName = 'query' | 'candidate';

export const tfjsInNode = (backend: Backend): FormatSoftware => ({
  name: `TensorFlow.js in Node (${backend})`,
  precision: 'single',
  async open(model) {
    const { folder } = model;
    const { type } = await openModelDirectory(folder);
    const embed: ModelReader['embed'] = (tower, rows) => embedInTfjs(folder, tower, backend, rows);
    if (type !== 'ranking') return readerOfTowers(model, { embed });
    const { predict, calibrate } = await openRatingHead(readDirectory(folder));
    return readerOfTowers(model, {
      embed,
      calibrate,
      async predict(queries, items) {
        const candidates = Float32Array.from((await embed('candidate', items)).flat());
        const outputs = await embed('query', queries);
        return outputs.map((output) => Array.from(predict(Float32Array.from(output), candidates)));
      },
    });
  },
});

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.int()),
  dtype: z.enum(['float32', 'int32', 'bool']),
});
const modelSchema = z.object({
  modelTopology: z.object({}).loose(),
  signature: z.object({}).loose(),
  weightsManifest: z.array(z.object({ paths: z.array(z.string()), weights: z.array(weightSchema) })),
});

/** What a tower makes of rows of values, as it lies in `tfjs/` of a model's folder. */
async function embedInTfjs(
  folder: string,
  tower: TowerName,
  backend: Backend,
  rows: readonly FeatureValues[],
): Promise<number[][]> {
  const { encoder } = await openTransform(readDirectory(folder), 'transform/');
  const encodings = rows.map(encoder(tower));
  const before = tf.getBackend();
  await tf.setBackend(backend);
  const model = await loadGraphModel({ load: () => artifactsIn(join(folder, 'tfjs', tower)) });
  const inputs = encodedTensors(encodings);
  const embedding = model.execute(inputs);
  if (!(embedding instanceof tf.Tensor)) throw new Error('a tower has one output');
  const values = Array.from(await embedding.data());
  tf.dispose([embedding, ...Object.values(inputs)]);
  model.dispose();
  await tf.setBackend(before);
  return inLists(values, rows.length);
}

async function artifactsIn(folder: string) {
  const text = await readFile(join(folder, 'model.json'), 'utf8');
  const { weightsManifest, modelTopology, signature } = modelSchema.parse(JSON.parse(text));
  const files = weightsManifest.flatMap(({ paths }) => paths);
  const shards = await Promise.all(files.map(async (path) => readFile(join(folder, path))));
  return {
    modelTopology,
    signature,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
    weightData: Uint8Array.from(Buffer.concat(shards)).buffer,
  };
}
