/** Models of ONNX, asked by their signature. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import { onnxSignatureSchema, type GraphSignature } from '../../trainer-job/export/formats/onnx/signature.js';
import { feedsOf, type Feed } from './feeds.js';
import { inLists, type ModelReader } from './modelReader.js';

const PAIRS = 'onnx/predict.onnx';

/** What a graph gives: all values of each output, in the order of their indices. */
type Outputs = Record<string, (string | number)[]>;
/** Runs the graph of a file. */
export type RunOnnx = (path: string, feeds: Readonly<Record<string, Feed>>) => Promise<Outputs>;

export async function openOnnx(folder: string, run: RunOnnx): Promise<ModelReader> {
  const text = await readFile(join(folder, 'onnx', 'signature.json'), 'utf8');
  const { models } = onnxSignatureSchema.parse(JSON.parse(text));
  const transform = await openTransform(readDirectory(folder), 'transform/');
  const signatureOf = (path: string): GraphSignature => {
    const found = models[path];
    if (!found) throw new Error(`the signature knows no ${path}`);
    return found;
  };
  const ask = (path: string, feeds: Record<string, Feed>) => run(join(folder, path), feeds);
  const askPairs = (queries: readonly FeatureValues[], items: readonly string[]) =>
    ask(PAIRS, {
      ...feedsOf(signatureOf(PAIRS), transform, 'query', queries),
      item: { type: 'string', dims: [items.length], values: items },
    });
  return {
    async recommend(queries, k, seen) {
      const signature = signatureOf('model.onnx');
      const none = String(signature.inputs.find(({ name }) => name === 'seen')?.missing);
      const width = Math.max(0, ...seen.map((ids) => ids.length));
      const filled = seen.flatMap((ids) => Array.from({ length: width }, (_, i) => ids[i] ?? none));
      const { ids = [], scores = [] } = await ask('model.onnx', {
        ...feedsOf(signature, transform, 'query', queries),
        k: { type: 'int32', dims: [], values: [k] },
        seen: { type: 'string', dims: [width === 0 ? 1 : queries.length, width], values: filled },
      });
      const found = ids.map((id, i) => ({ item: String(id), score: Number(scores[i]) }));
      return inLists(found, queries.length).map((list) => list.filter(({ item }) => item !== none));
    },
    async embed(tower, rows) {
      const path = `onnx/${tower}.onnx`;
      const { embedding = [] } = await ask(path, feedsOf(signatureOf(path), transform, tower, rows));
      return inLists(embedding.map(Number), rows.length);
    },
    ...(PAIRS in models && {
      score: async (queries, items) => ((await askPairs(queries, items))['scores'] ?? []).map(Number),
      predict: async (queries, items) => ((await askPairs(queries, items))['predictions'] ?? []).map(Number),
    }),
  };
}
