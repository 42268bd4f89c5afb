/**
 * Graph models of TensorFlow.js with the backends that every machine has: what the recommender encodes becomes vectors, as in a browser. Lists and
 * predictions are made of both towers' answers, for these are all that the format has.
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
import { topK } from '@trainyard/recommender/search/topK';
import { z } from 'zod';
import { encodedTensors } from '../support/formats/encodedTensors.js';
import { ITEMS } from './kinds.js';
import { inLists, type FormatSoftware, type ModelReader } from './modelReader.js';

export const BACKENDS = ['cpu', 'wasm'] as const;
type Backend = (typeof BACKENDS)[number];
type TowerName = 'query' | 'candidate';

/** Opens models of which `ITEMS` are the catalogue. */
export const tfjsInNode = (backend: Backend): FormatSoftware => ({
  name: `TensorFlow.js in Node (${backend})`,
  async open(folder) {
    const { type, items } = await openModelDirectory(folder);
    const rowOf = new Map(ITEMS.map((row) => [row['item'], row]));
    const valuesOf = (ids: readonly string[]) => ids.map((id) => rowOf.get(id) ?? {});
    const embed: ModelReader['embed'] = (tower, rows) => embedInTfjs(folder, tower, backend, rows);
    const rating = type === 'ranking' ? await openRatingHead(readDirectory(folder)) : undefined;
    const score = (query: readonly number[], item: readonly number[]) =>
      rating
        ? rating.predict(Float32Array.from(query), Float32Array.from(item))[0]!
        : query.reduce((sum, value, i) => sum + value * item[i]!, 0);
    return {
      embed,
      async recommend(queries, k, seen) {
        const candidates = await embed('candidate', valuesOf(items));
        const outputs = await embed('query', queries);
        return outputs.map((query, row) => {
          const scores = candidates.map((item) => score(query, item));
          const best = topK(scores, k, (place) => !seen[row]!.includes(items[place]!));
          return best.map((found) => ({ item: items[found.index]!, score: found.score }));
        });
      },
      ...(rating && {
        async predict(queries, ids) {
          const candidates = await embed('candidate', valuesOf(ids));
          const outputs = await embed('query', queries);
          const scores = outputs.map((query, row) => score(query, candidates[row]!));
          return { scores, predictions: scores.map(rating.calibrate) };
        },
      }),
    };
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
export async function embedInTfjs(
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
