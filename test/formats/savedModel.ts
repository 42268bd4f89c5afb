/** SavedModels, asked by their signatures. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { textOf, type FeatureValues } from '@trainyard/recommender/encode/value';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import { openSource } from '../../trainer-job/export/formats/graph/modelSource.js';
import {
  modelSignatures,
  type InputMeaning,
} from '../../trainer-job/export/formats/savedModel/signatures.js';
import { inLists, type ModelReader } from './modelReader.js';
import type { Outputs } from './pythonProcess.js';

/** A tensor, row-major. */
interface Feed {
  type: 'int32' | 'string';
  shape: number[];
  values: (number | string)[];
}

/** Runs a signature of the SavedModel in a folder. */
export type RunSavedModel = (
  folder: string,
  signature: string,
  inputs: Readonly<Record<string, Feed>>,
) => Promise<Outputs>;

/** What is given beside the values of rows. */
interface Given {
  k?: number;
  seen?: readonly (readonly string[])[];
  items?: readonly string[];
}

export async function openSavedModel(folder: string, run: RunSavedModel): Promise<ModelReader> {
  const { signatures } = modelSignatures(await openSource(readDirectory(folder)));
  const transform = await openTransform(readDirectory(folder), 'transform/');
  const inputsOf = (
    signature: string,
    tower: 'query' | 'candidate',
    rows: readonly FeatureValues[],
    given: Given,
  ) => {
    const encodings = rows.map(transform.encoder(tower));
    const feedOf = (meaning: InputMeaning): Feed => {
      switch (meaning.kind) {
        case 'k':
          return { type: 'int32', shape: [], values: [given.k ?? 0] };
        case 'item':
          return { type: 'string', shape: [rows.length], values: [...(given.items ?? [])] };
        case 'seen':
          return seenFeed(given.seen ?? [], meaning.missing);
        case 'column': {
          const values = rows.map((row) => textOf(row[meaning.column]) ?? meaning.missing);
          return { type: 'string', shape: [rows.length], values };
        }
        case 'rows': {
          const { from, to } = meaning;
          const values = encodings.flatMap(({ indices }) => Array.from(indices.subarray(from, to)));
          return {
            type: 'int32',
            shape: to - from === 1 ? [rows.length] : [rows.length, to - from],
            values,
          };
        }
      }
    };
    return Object.fromEntries(
      Object.entries(signatures[signature]!.meanings).map(([name, meaning]) => [name, feedOf(meaning)]),
    );
  };
  const ask = (
    signature: string,
    tower: 'query' | 'candidate',
    rows: readonly FeatureValues[],
    given: Given = {},
  ) => run(join(folder, 'saved_model'), signature, inputsOf(signature, tower, rows, given));
  return {
    async recommend(queries, k, seen) {
      const isWhole = seen.every((ids) => ids.length === 0);
      const signature = isWhole ? 'serving_default' : 'recommend_unseen';
      const { ids = [], scores = [] } = await ask(signature, 'query', queries, { k, seen });
      const found = ids.map((id, i) => ({ item: String(id), score: Number(scores[i]) }));
      return inLists(found, queries.length).map((list) => list.filter(({ score }) => score !== -Infinity));
    },
    async embed(tower, rows) {
      const signature = `${tower}_embedding`;
      const { embedding = [] } = await ask(signature, tower, rows);
      const own = await run(
        join(folder, `${tower}_model`),
        'serving_default',
        inputsOf(signature, tower, rows, {}),
      );
      if (!isDeepStrictEqual(own['embedding'], embedding)) throw new Error(`${tower}_model is another tower`);
      return inLists(embedding.map(Number), rows.length);
    },
    async score(queries, items) {
      return ((await ask('score', 'query', queries, { items }))['scores'] ?? []).map(Number);
    },
    ...('predict' in signatures && {
      predict: async (queries, items) =>
        ((await ask('predict', 'query', queries, { items }))['predictions'] ?? []).map(Number),
    }),
  };
}

/** Rows of ids, filled up to one width. */
function seenFeed(seen: readonly (readonly string[])[], none: string): Feed {
  const width = Math.max(0, ...seen.map((ids) => ids.length));
  const values = seen.flatMap((ids) => Array.from({ length: width }, (_, i) => ids[i] ?? none));
  return { type: 'string', shape: [seen.length, width], values };
}
