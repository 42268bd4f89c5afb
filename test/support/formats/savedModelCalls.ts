/** Calls of a SavedModel's signatures, with what the recommender answers to each. */
import type { FeatureValues } from '@trainyard/recommender';
import { textOf } from '@trainyard/recommender/encode/value';
import { openTransform } from '@trainyard/recommender/model/transform';
import { openModelDirectory, readDirectory } from '@trainyard/recommender/node';
import { openSource } from '../../../trainer-job/export/formats/graph/modelSource.js';
import {
  modelSignatures,
  type InputMeaning,
} from '../../../trainer-job/export/formats/savedModel/signatures.js';
import { itemsOf, queriesOf, type CaseName } from './formatCases.js';

/** Numbers or texts, row-major. */
export interface Feed {
  type: 'int32' | 'string';
  shape: number[];
  values: (number | string)[];
}

export interface Call {
  signature: string;
  inputs: Record<string, Feed>;
  /** Of calls that recommend: ids, row-major. */
  ids?: string[];
  /** Scores, predictions or vectors, row-major. */
  numbers: number[];
  /** How large what was summed was: of each number, or of each row of them; relative errors are of it. */
  sizes: number[];
}

const K = 7;

/** Of each signature one, with `count` queries; the folder has a model of 60 items and more than k. */
export async function savedModelCalls(kind: CaseName, folder: string, count: number): Promise<Call[]> {
  const model = await openModelDirectory(folder);
  const transform = await openTransform(readDirectory(folder), 'transform/');
  const { signatures } = modelSignatures(await openSource(readDirectory(folder)));
  const queries = queriesOf(kind, count);
  const items = itemsOf(kind, count);
  const pairs = queries.map((query, i) => ({ query, item: i % 9 === 0 ? 'nobody' : known(i) }));
  const none = '\0';
  const seen = queries.map((_, i) => [none, 'nobody', known(i), known(7 * i), known(i)]);
  function known(i: number): string {
    const id = model.items[i % model.items.length]!;
    // Of ids that are decimals, every third is written with zeros that mean nothing.
    return kind === 'typed' && i % 3 === 0 ? `0${id}0` : id;
  }
  const inputsOf = (signature: string, rows: readonly FeatureValues[], tower: 'query' | 'candidate') => {
    const encodings = rows.map(transform.encoder(tower));
    const feedOf = (meaning: InputMeaning): Feed => {
      switch (meaning.kind) {
        case 'k':
          return { type: 'int32', shape: [], values: [K] };
        case 'item':
          return { type: 'string', shape: [count], values: pairs.map(({ item }) => item) };
        case 'seen':
          return { type: 'string', shape: [count, 5], values: seen.flat() };
        case 'column': {
          const values = rows.map((row) => textOf(row[meaning.column]) ?? meaning.missing);
          return { type: 'string', shape: [count], values };
        }
        case 'rows': {
          const { from, to } = meaning;
          const values = encodings.flatMap(({ indices }) => Array.from(indices.subarray(from, to)));
          return { type: 'int32', shape: to - from === 1 ? [count] : [count, to - from], values };
        }
      }
    };
    return Object.fromEntries(
      Object.entries(signatures[signature]!.meanings).map(([name, meaning]) => [name, feedOf(meaning)]),
    );
  };
  const recommended = (signature: string, exclude: (i: number) => string[]): Call => {
    const lists = queries.map((query, i) => model.recommend(query, { k: K, exclude: exclude(i) }));
    const numbers = lists.flatMap((list) => list.map(({ score }) => score));
    return {
      signature,
      inputs: inputsOf(signature, queries, 'query'),
      ids: lists.flatMap((list) => list.map(({ item }) => item)),
      numbers,
      sizes: sizesOf(kind, numbers),
    };
  };
  const ofPairs = (signature: 'score' | 'predict'): Call => {
    const numbers = model[signature](pairs);
    return {
      signature,
      inputs: inputsOf(signature, queries, 'query'),
      numbers,
      sizes: sizesOf(kind, numbers),
    };
  };
  const embedded = (tower: 'query' | 'candidate', rows: readonly FeatureValues[]): Call => {
    const vectors = rows.map(tower === 'query' ? model.embedQuery : model.embedCandidate);
    const signature = `${tower}_embedding`;
    return {
      signature,
      inputs: inputsOf(signature, rows, tower),
      numbers: vectors.flatMap((vector) => Array.from(vector)),
      sizes: vectors.flatMap((vector) => Array.from(vector, () => Math.hypot(...vector))),
    };
  };
  return [
    recommended('serving_default', () => []),
    recommended('recommend_unseen', (i) => seen[i]!.filter((item) => item !== none)),
    ofPairs('score'),
    ...(model.type === 'retrieval' ? [] : [ofPairs('predict')]),
    ...(model.type === 'ranking' ? [] : [embedded('query', queries), embedded('candidate', items)]),
  ];
}

/** Of scores: themselves or, of the typed model's products of vectors of any length, a tenth of the largest: they come near 0. */
function sizesOf(kind: CaseName, scores: readonly number[]): number[] {
  const least = kind === 'typed' ? Math.max(...scores.map(Math.abs)) / 10 : 0;
  return scores.map((score) => Math.max(Math.abs(score), least));
}
